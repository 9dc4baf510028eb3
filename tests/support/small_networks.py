"""Small networks that several tests share."""

import numpy as np

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.graph import Graph
from tests.support.tflite_builder import Builder


def tiny() -> Graph:
    """One dense layer of 3 to 2."""
    b = Builder()
    weights = np.array([[1, -2, 3], [4, 5, -6]], np.int8)
    x = b.input((1, 1, 3, 1), 0.5, -1)
    return graph_of(b.finish(b.fully_connected(x, weights, np.array([-1000, 7]), 0.25, 0.125, 2, "RELU")))


def everything() -> Graph:
    """A network of many kinds of ops that fits the smallest board."""
    b = Builder()
    x = b.pad(b.input((1, 6, 6, 1), 0.1, 3), [(0, 0), (1, 1), (1, 0), (0, 0)])
    x = b.conv2d(x, np.arange(-9, 9).reshape(2, 3, 3, 1).astype(np.int8), np.array([5, -5]), [0.01, 0.02], 0.1, 0)
    x = b.average_pool_2d(b.max_pool_2d(x, (2, 2), (1, 1)), (2, 2), (2, 2), "SAME")
    x = b.logistic(b.residue_flatten(x))
    x = b.fully_connected(x, np.arange(-30, 30).reshape(5, 12).astype(np.int8), None, 0.01, 0.05, -7)
    return graph_of(b.finish(b.softmax(x)))
