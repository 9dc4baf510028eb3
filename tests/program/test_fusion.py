"""Chains of ops that one kernel computes: the longest that the table has, however long it is."""

import numpy as np
import pytest

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.graph import Graph
from edgecnn.lowering.lower import lower, streamable_steps
from edgecnn.ops.conv2d import Conv2D
from edgecnn.ops.kernel import KernelCall, Record
from edgecnn.ops.max_pool2d import MaxPool2D
from edgecnn.ops.tanh import Tanh
from edgecnn.program.fusion import PATTERNS
from tests.support.tflite_builder import Builder

WHOLE = "conv2d_max_pool2d_tanh_s8"


def network(*, read_twice: bool = False) -> Graph:
    """A convolution, a pool and TANH, and the same again; `read_twice` adds what the first pool gives to its TANH."""
    b = Builder()
    x = b.input((1, 8, 8, 1), 0.1, 0)
    for _ in range(2):
        weights = np.ones((1, 1, 1, b.tensors[x].shape[3]), np.int8)
        pooled = b.max_pool_2d(b.conv2d(x, weights, np.array([0]), [0.1], 0.1, 0), (2, 2), (2, 2))
        x = b.tanh(pooled)
        if read_twice:
            x, read_twice = b.binary("ADD", x, pooled, 0.1, 0), False
    return graph_of(b.finish(x))


def whole(conv: Conv2D, pool: MaxPool2D, tanh: Tanh) -> KernelCall | None:
    """A rule of three ops, for wide maps only."""
    assert (conv.output, pool.output) == (*pool.inputs, *tanh.inputs)
    return KernelCall(WHOLE, Record()) if conv.output.shape[2] == 8 else None


@pytest.fixture
def _three_ops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PATTERNS, (Conv2D, MaxPool2D, Tanh), whole)


def kernels(graph: Graph, *, fuse: bool = True) -> list[tuple[str, int]]:
    return [(step.call.kernel, len(step.ops)) for step in lower(graph, fuse=fuse).steps if step.call]


@pytest.mark.usefixtures("_three_ops")
def test_the_longest_chain_is_taken_and_a_shorter_one_where_its_rule_cannot() -> None:
    assert kernels(network()) == [(WHOLE, 3), ("conv2d_max_pool2d_s8", 2), ("lookup_s8", 1)]


@pytest.mark.usefixtures("_three_ops")
def test_a_chain_ends_where_somebody_else_reads_what_lies_in_it() -> None:
    pairs = [("conv2d_max_pool2d_s8", 2), ("lookup_s8", 1)]
    assert kernels(network(read_twice=True)) == [*pairs, ("add_s8", 1), *pairs]


@pytest.mark.usefixtures("_three_ops")
def test_nothing_is_fused_unless_it_is_wanted() -> None:
    assert kernels(network(), fuse=False) == [(kernel, 1) for kernel in ("conv2d_s8", "max_pool2d_s8", "lookup_s8")] * 2


@pytest.mark.usefixtures("_three_ops")
def test_a_chain_of_three_goes_by_rows() -> None:
    (stage,) = lower(network(), stream=1).steps[0].stages
    assert [op.kind for op in stage.step.ops] == ["conv2d", "max_pool2d", "tanh"]
    assert (stage.stride, stage.extent, stage.step.output.shape) == (2, 2, (1, 1, 4, 1))


def test_what_is_fused_is_not_streamed_where_its_rule_needs_more_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def tall(conv: Conv2D, pool: MaxPool2D, tanh: Tanh) -> KernelCall | None:
        return whole(conv, pool, tanh) if conv.output.shape[1] == 8 else None

    monkeypatch.setitem(PATTERNS, (Conv2D, MaxPool2D, Tanh), tall)
    assert streamable_steps(network()) == 0
