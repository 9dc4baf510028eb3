"""MEAN by hand."""

import numpy as np
import pytest

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import InvalidModelError, UnsupportedError
from tests.support.one_op import only_op, run
from tests.support.tflite_builder import Builder


def mean(
    shape: tuple[int, ...], axes: list[int], keep: bool, *scales: float, zero_points: tuple[int, int] = (0, 0)
) -> bytes:
    b = Builder()
    into, out = scales or (1, 1)
    return b.finish(b.mean(b.input(shape, into, zero_points[0]), axes, out, zero_points[1], keep))


@pytest.mark.parametrize(("keep", "expected"), [(True, [[[4, 5]]]), (False, [4, 5])])
def test_global_average(keep: bool, expected: object) -> None:
    model = mean((1, 2, 2, 2), [1, 2], keep)
    assert run(model, [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]) == expected
    assert only_op(model).describe == "2x2"


def test_it_rescales_and_rounds_once() -> None:
    model = mean((1, 1, 3, 1), [1, 2], False, 1.0, 0.25, zero_points=(10, -5))
    assert run(model, [[[11], [12], [14]]]) == [round(7 / 3 * 4) - 5]
    assert run(mean((1, 1, 2, 1), [1, 2], False), [[[1], [2]]]) == [2]  # ties upward: a factor of 1/2 takes no shift
    assert run(mean((1, 1, 2, 1), [1, 2], False), [[[-1], [-2]]]) == [-1]


def test_other_axes() -> None:
    x = np.arange(24).reshape(2, 3, 4) * 2
    for axes in ([1], [2], [3], [2, 3], [1, 2, 3]):
        expected = np.floor(x.mean(axis=tuple(axis - 1 for axis in axes)) + 0.5)
        assert run(mean((1, 2, 3, 4), axes, False), x) == expected.tolist() if len(axes) < 3 else [expected]


def test_numbers_and_refusals() -> None:
    op = only_op(mean((1, 7, 7, 3), [1, 2], True))
    assert op.accumulator_bound == 49 * 128 << 0
    with pytest.raises(UnsupportedError, match="op 0 MEAN .* averages over the axes .1, 3."):
        graph_of(mean((1, 2, 2, 2), [1, 3], True))
    b = Builder()
    y = b.mean(b.input((1, 2, 2, 2), 1, 0), [1, 2], 1, 0, True)
    b.tensors[y].shape = (1, 2)
    with pytest.raises(InvalidModelError, match="its axes give"):
        graph_of(b.finish(y))
    b = Builder()
    y = b.operator("MEAN", [b.input((1, 2), 1, 0), b.constant([5])], b.tensor((1, 2), 1.0), "ReducerOptions")
    with pytest.raises(InvalidModelError, match="over the axes .5. of a tensor of 2 dimensions"):
        graph_of(b.finish(y))
