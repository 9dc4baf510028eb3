"""TRANSPOSE_CONV by hand."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import InvalidModelError
from tests.support.one_op import image, only_op, plane, run
from tests.support.tflite_builder import Builder

TAPS = np.array([[[[1], [2]], [[3], [4]]]], np.int8)  # 2x2, one channel in and out


def spread(
    stride: tuple[int, int], size: tuple[int, int], padding: str, zero_point: int = 0
) -> tuple[bytes, NDArray[Any]]:
    b, x, pixels = image([[1, 10]], zero_point=zero_point)
    return b.finish(b.transpose_conv(x, TAPS, np.array([0]), 1.0, 1, 0, size, stride, padding)), pixels


def test_windows_lie_side_by_side_or_add_up() -> None:
    model, pixels = spread((2, 2), (2, 4), "VALID")
    assert plane(run(model, pixels)) == [[1, 2, 10, 20], [3, 4, 30, 40]]
    model, pixels = spread((1, 1), (2, 3), "VALID")
    assert plane(run(model, pixels)) == [[1, 2 + 10, 20], [3, 4 + 30, 40]]
    op = only_op(model)
    assert (op.kind, op.macs, op.parameters, op.describe) == ("transpose_conv", 8, 5, "2x2")


def test_what_lies_outside_is_cut_off_and_gaps_are_zero() -> None:
    model, pixels = spread((1, 1), (1, 2), "SAME")
    assert plane(run(model, pixels)) == [[1, 2 + 10]]
    model, pixels = spread((3, 3), (2, 5), "VALID", zero_point=1)
    assert plane(run(model, pixels)) == [[0, 0, 0, 9, 18], [0, 0, 0, 27, 36]]


def test_several_channels_without_a_bias() -> None:
    b = Builder()
    weights = np.array([[[[1, 2]]], [[[-1, 3]]]], np.int8)  # out, 1, 1, in
    y = b.transpose_conv(b.input((1, 1, 1, 2), 1, 0), weights, None, [1.0, 0.5], 1, 5, (1, 1))
    assert run(b.finish(y), [[[10, 20]]]) == [[[5 + 50, 5 + 25]]]


def test_refusals() -> None:
    b, x, _ = image([[1, 10]])
    y = b.transpose_conv(x, TAPS, None, 1.0, 1, 0, (2, 9), (2, 2))
    with pytest.raises(InvalidModelError, match=r"op 0 TRANSPOSE_CONV .* makes \[1, 2, 9, 1\] of \[1, 1, 2, 1\]"):
        graph_of(b.finish(y))
    b, x, _ = image([[1, 10]])
    y = b.transpose_conv(x, TAPS[0], None, 1.0, 1, 0, (2, 4), (2, 2))
    with pytest.raises(InvalidModelError, match="has weights of shape"):
        graph_of(b.finish(y))
