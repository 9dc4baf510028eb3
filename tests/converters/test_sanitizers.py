"""The generated C under sanitizers: random networks and extremes compute NumPy's bytes, and nothing is found."""

from pathlib import Path

import numpy as np
import pytest

from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.interpreter import trace
from edgecnn.lowering.lower import lower
from tests.support.lenet import lenet
from tests.support.random_models import random_input, random_model
from tests.support.sanitized import Sanitized
from tests.support.seeds import seed
from tests.support.tflite_builder import Builder


def extreme_softmax() -> bytes:
    b = Builder()
    return b.finish(b.softmax(b.input((1, 5), 1e6, 0)))


def idle_channel() -> bytes:
    """All-zero weights under a multiplier as large as is accepted."""
    b = Builder()
    weights = np.zeros((2, 3), np.int8)
    return b.finish(b.fully_connected(b.input((1, 3), 1, 0), weights, None, [2.0**29, 1.0], 1.0, 0))


def many_classes() -> bytes:
    b = Builder()
    return b.finish(b.softmax(b.input((1, 900), 1e-6, 0)))


def wide_arena() -> bytes:
    b = Builder()
    x = b.input((1, 1, 1, 3), 1, 5)
    return b.finish(b.max_pool_2d(b.pad(x, [(0, 0), (4, 0), (0, 9), (2, 2)]), (3, 3), (2, 5), "SAME"))


@pytest.mark.parametrize("fuse", [True, False], ids=["fused", "op by op"])
@pytest.mark.parametrize(
    "model",
    [
        *(random_model(np.random.default_rng(seed(number)))[0] for number in range(9000, 9008)),
        *(lenet(), extreme_softmax(), idle_channel(), many_classes(), wide_arena()),
    ],
    ids=[*(f"seed {seed(number)}" for number in range(9000, 9008)), "lenet", "softmax", "idle", "classes", "wide"],
)
def test_sanitizers_find_nothing(model: bytes, fuse: bool, tmp_path: Path) -> None:
    graph = graph_of(model)
    write_c(graph, tmp_path / "c", fuse=fuse)
    x = random_input(np.random.default_rng(0), graph.input.shape, 5)
    x[0], x[1] = -128, 127
    values = trace(graph, x)
    layers = [values[step.output].reshape(len(x), -1) for step in lower(graph, fuse=fuse).steps if step.call]
    assert layers
    expected = np.concatenate([*layers, values[graph.output].reshape(len(x), -1)], axis=1)
    np.testing.assert_array_equal(Sanitized(tmp_path / "c", tmp_path).trace(x), expected)
