"""What several cores have in common: how weights are laid out, sums proved and codes made for kernels of a kind."""
