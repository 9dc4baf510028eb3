"""The article's LeNet with random weights, as a .tflite file."""

import numpy as np

from tests.support.tflite_builder import Builder


def lenet(seed: int = 0) -> bytes:
    """32x32 -> 28x28x6 -> 14x14x6 -> 10x10x16 -> 5x5x16 -> 400 -> 120 -> 100 -> 10 -> softmax."""
    rng = np.random.default_rng(seed)
    b = Builder()
    x = b.input((1, 32, 32, 1), 1 / 255, -128)
    for channels, depth in ((6, 1), (16, 6)):
        weights = rng.integers(-127, 128, (channels, 5, 5, depth)).astype(np.int8)
        scales = rng.uniform(1e-3, 4e-3, channels).tolist()
        x = b.conv2d(x, weights, rng.integers(-3000, 3000, channels), scales, 0.02, -128, activation="RELU")
        x = b.max_pool_2d(x, (2, 2), (2, 2))
    x = b.residue_flatten(x)
    for units, depth, activation in ((120, 400, "RELU"), (100, 120, "RELU"), (10, 100, "NONE")):
        weights = rng.integers(-127, 128, (units, depth)).astype(np.int8)
        scales = rng.uniform(1e-3, 4e-3, units).tolist()
        zero_point = -128 if activation == "RELU" else 3
        x = b.fully_connected(x, weights, rng.integers(-3000, 3000, units), scales, 0.05, zero_point, activation)
    return b.finish(b.softmax(x))
