"""A network that is streamed row by row."""

import numpy as np

import edgecnn
from edgecnn.converters.tflite_to_graph import graph_of
from tests.support.tflite_builder import Builder

SHAPE = (7, 5, 2)


X = np.random.default_rng(5).integers(-128, 128, (100, *SHAPE)).astype(np.int8)


def small() -> edgecnn.Graph:
    """Two padded convolutions, which are streamed, and a dense layer."""
    rng = np.random.default_rng(0)
    b = Builder()
    x = b.input((1, *SHAPE), 0.05, 3)
    for channels, depth, stride in ((4, 2, 1), (3, 4, 2)):
        weights = rng.integers(-127, 128, (channels, 3, 3, depth)).astype(np.int8)
        bias = rng.integers(-500, 500, channels)
        x = b.conv2d(x, weights, bias, 0.002, 0.05, -5, stride=(stride, stride), padding="SAME")
    weights = rng.integers(-127, 128, (6, 36)).astype(np.int8)
    return graph_of(b.finish(b.fully_connected(x, weights, rng.integers(-500, 500, 6), 0.002, 0.05, 7, "NONE")))
