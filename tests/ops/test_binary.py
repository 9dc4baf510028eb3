"""ADD, SUB and MUL by hand: scales, broadcasting, constants, working in place."""

import numpy as np
import pytest

from edgecnn.converters.graph_to_c import prove_accumulators
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import DoesNotFitError, InvalidModelError, UnsupportedError
from edgecnn.lowering.lower import lower
from edgecnn.lowering.planner import plan
from edgecnn.ops import axes
from tests.support.one_op import only_op, run
from tests.support.tflite_builder import Builder


def with_constant(code: str, x: tuple[int, ...], values: object, scale: float = 1, **options: object) -> bytes:
    """x and a constant, in units of 1."""
    b = Builder()
    constant = b.constant(values, scale, dtype=np.int8)
    return b.finish(b.binary(code, b.input(x, 1, 0), constant, 1, 0, **options))  # type: ignore[arg-type]


def test_real_values_at_different_scales_and_zero_points() -> None:
    b = Builder()
    x = b.input((1, 3), 0.5, 10)  # reals 0, 1, -2
    y = b.quantize(x, 0.25, -20)
    assert run(b.finish(b.binary("ADD", x, y, 0.125, 5)), [10, 12, 6]) == [5, 5 + 16, 5 - 32]
    assert run(b.finish(b.binary("SUB", x, y, 0.125, 5)), [10, 12, 6]) == [5, 5, 5]
    assert run(b.finish(b.binary("MUL", x, y, 0.125, 5)), [10, 12, 6]) == [5, 5 + 8, 5 + 32]


def test_the_order_of_operands_and_the_activation() -> None:
    assert run(with_constant("SUB", (1, 2), [1, 2]), [5, -5]) == [4, -7]
    b = Builder()
    x = b.input((1, 2), 1, 0)
    assert run(b.finish(b.binary("SUB", b.constant([1, 2], 1, dtype=np.int8), x, 1, 0)), [5, -5]) == [-4, 7]
    assert run(with_constant("ADD", (1, 2), [1, 2], activation="RELU6"), [9, -9]) == [6, 0]


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 1), (2, 3), (1, 1, 2, 3), (1, 2, 1, 1), (1, 2, 1, 3)])
def test_constants_are_repeated(shape: tuple[int, ...]) -> None:
    values = np.arange(1, 1 + int(np.prod(shape))).reshape(shape)
    x = np.arange(12).reshape(2, 2, 3)
    for code, expected in (("ADD", x + values), ("SUB", x - values), ("MUL", x * values)):
        assert run(with_constant(code, (1, 2, 2, 3), values), x) == expected.reshape(2, 2, 3).tolist()


def test_each_operand_may_be_repeated() -> None:
    b = Builder()
    x = b.input((1, 2, 1, 1), 1, 0)
    assert run(b.finish(b.binary("ADD", x, b.reshape(x, (1, 1, 2, 1)), 1, 0)), [[[1]], [[10]]]) == [
        [[2], [11]],
        [[11], [20]],
    ]


def test_an_operand_of_five_axes() -> None:
    b = Builder()
    x = b.input((1, 2, 1, 2, 1), 1, 0)
    assert run(b.finish(b.binary("MUL", x, x, 1, 0)), [[[[1], [2]]], [[[3], [4]]]]) == [[[[1], [4]]], [[[9], [16]]]]
    b = Builder()
    x = b.input((1, 2, 1, 2, 1, 2), 1, 0)
    with pytest.raises(UnsupportedError, match="op 1 ADD .* repeats its inputs along more than 4 axes"):
        graph_of(b.finish(b.binary("ADD", x, b.reshape(x, (1, 1, 2, 2, 2, 1)), 1, 0)))


def test_neighbouring_axes_are_walked_as_one() -> None:
    walk = axes.walk((1, 4, 5, 6), [120, 30, 6, 1], axes.repeated((6,), (1, 4, 5, 6)))
    assert walk
    shape, (a, b) = walk
    assert (shape.tolist(), a.tolist(), b.tolist()) == ([1, 1, 20, 6], [0, 0, 6, 1], [0, 0, 0, 1])


def test_the_sum_is_written_over_an_operand() -> None:
    b = Builder()
    x = b.input((1, 100), 1, 0)
    y = b.binary("ADD", b.relu(x, 1, 0), x, 1, 0)  # the second is the input, which nobody needs any more
    graph = graph_of(b.finish(y))
    assert plan(lower(graph)).arena == 200
    assert run(graph.source, np.arange(-50, 50)) == [max(q, 0) + q for q in range(-50, 50)]
    # What is smaller is never written over.
    b = Builder()
    x = b.input((1, 1, 10), 1, 0)
    y = b.binary("ADD", x, b.constant(np.ones((10, 1)), 1, dtype=np.int8), 1, 0)
    assert plan(lower(graph_of(b.finish(y)))).arena == 110


def test_numbers() -> None:
    op = only_op(with_constant("MUL", (1, 4, 2), [1, 2]))
    assert (op.kind, op.macs, op.parameters, op.describe) == ("mul", 8, 2, "constant")
    assert op.accumulator_bound == 128 * 128 << 1  # a factor of 1 is a half, shifted
    assert only_op(with_constant("ADD", (1, 2), [1, 2])).accumulator_bound == 255 << 20
    b = Builder()
    x = b.input((1, 2), 2.0**20, 0)
    with pytest.raises(DoesNotFitError, match="add 't1' can reach"):
        prove_accumulators(graph_of(b.finish(b.binary("ADD", x, x, 2.0**-6, 0))))
    with pytest.raises(DoesNotFitError, match="mul 't2' can reach"):
        prove_accumulators(graph_of(b.finish(b.binary("MUL", x, x, 1, 0))))


def test_refusals() -> None:
    b = Builder()
    b.input((1, 2), 1, 0)
    one = b.constant([[1, 2]], 1, dtype=np.int8)
    with pytest.raises(UnsupportedError, match="op 0 ADD .* has two constants"):
        graph_of(b.finish(b.binary("ADD", one, one, 1, 0)))
    for shape in ((1, 3), (2,)):
        b = Builder()
        x = b.input((1, 2), 1, 0)
        y = b.binary("ADD", x, x, 1, 0)
        b.tensors[y].shape = shape
        with pytest.raises((InvalidModelError, UnsupportedError)):
            graph_of(b.finish(y))
    b = Builder()
    x = b.input((1, 2), 1, 0)
    y = b.binary("ADD", x, b.constant([1, 2], 1, dtype=np.int8), 1, 0)
    b.tensors[1].shape, b.tensors[1].data = (3,), bytes(3)
    with pytest.raises(InvalidModelError, match=r"op 0 ADD .* makes \[1, 2\] of \[1, 2\] and \[3\]"):
        graph_of(b.finish(y))
