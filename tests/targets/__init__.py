"""Every core's own kernels, against the NumPy integers."""
