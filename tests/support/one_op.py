"""Models of one op, run by all our implementations at once."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.fixed_point import FLOATS
from edgecnn.host import HostModel
from edgecnn.interpreter import evaluate
from edgecnn.ops import Op
from tests.support.tflite_builder import Builder

FLAGS = ("-std=c99", "-O1", "-fPIC", "-shared")


def run(model: bytes, codes: ArrayLike) -> Any:
    """The output codes of one input, as nested lists; NumPy, the float64 twin and the generated C must agree."""
    graph = graph_of(model)
    x = np.asarray(codes, np.int8).reshape(1, *graph.input.shape[1:])
    expected = evaluate(graph, x)
    np.testing.assert_array_equal(evaluate(graph, x, FLOATS), expected)
    with tempfile.TemporaryDirectory() as folder:
        write_c(graph, Path(folder) / "c")
        np.testing.assert_array_equal(HostModel(Path(folder) / "c", flags=FLAGS).invoke(x), expected)
    return expected[0].tolist()


def only_op(model: bytes) -> Op:
    """The op of a model that has one."""
    (op,) = graph_of(model).ops
    return op


def image(rows: ArrayLike, scale: float = 1.0, zero_point: int = 0) -> tuple[Builder, int, NDArray[Any]]:
    """A builder whose input is an image of one channel, and that image."""
    pixels = np.asarray(rows, np.int8)[np.newaxis, ..., np.newaxis]
    builder = Builder()
    return builder, builder.input(pixels.shape, scale, zero_point), pixels


def plane(output: Any) -> Any:
    """Rows and columns of the first channel."""
    return np.asarray(output)[..., 0].tolist()


def replace_field(builder: Builder, **fields: Any) -> None:
    """Change options of the last op."""
    builder.operators[-1].fields.update(fields)
