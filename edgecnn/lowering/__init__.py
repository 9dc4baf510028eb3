"""From a network to what runs of it on a core: ops fused, kernels chosen, steps ordered, the arena laid out."""
