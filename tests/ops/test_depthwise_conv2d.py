"""DEPTHWISE_CONV_2D by hand, and sum pooling as one of them."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn.converters.graph_to_c import prove_accumulators
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import DoesNotFitError, InvalidModelError
from tests.support.one_op import only_op, replace_field, run
from tests.support.tflite_builder import Builder


def depthwise(x: tuple[int, ...], weights: NDArray[Any], zero_point: int = 0, **options: object) -> Builder:
    """A depthwise convolution in real numbers: all scales are 1."""
    b = Builder()
    bias = np.zeros(weights.shape[3], np.int32)
    b.depthwise_conv2d(b.input(x, 1, zero_point), weights, bias, 1.0, 1, 0, **options)  # type: ignore[arg-type]
    return b


def last(b: Builder) -> bytes:
    return b.finish(len(b.tensors) - 1)


def test_each_channel_has_its_own_filter() -> None:
    weights = np.array([[[[1, 10], [2, 20]]]], np.int8)  # 1x2 taps of two channels
    model = last(depthwise((1, 1, 3, 2), weights))
    assert run(model, [[[1, 2], [3, 4], [5, 6]]]) == [[[1 + 2 * 3, 10 * 2 + 20 * 4], [3 + 2 * 5, 127]]]
    op = only_op(model)
    assert (op.kind, op.macs, op.parameters, op.describe) == ("depthwise_conv2d", 8, 6, "1x2")


def test_several_outputs_of_a_channel_lie_side_by_side() -> None:
    weights = np.array([[[[1, 2, 3, -1, -2, -3]]]], np.int8)
    assert run(last(depthwise((1, 1, 1, 2), weights)), [[[5, 7]]]) == [[[5, 10, 15, -7, -14, -21]]]


def test_padding_and_dilation_contribute_nothing() -> None:
    weights = np.ones((1, 2, 2, 1), np.int8)
    padded = last(depthwise((1, 2, 2, 1), weights, zero_point=3, padding="SAME"))
    assert run(padded, [[[4], [5]], [[6], [7]]]) == [[[10], [6]], [[7], [4]]]
    wide = last(depthwise((1, 3, 3, 1), weights, dilation=(2, 2)))
    assert run(wide, np.arange(9).reshape(3, 3, 1)) == [[[0 + 2 + 6 + 8]]]
    assert only_op(wide).describe == "2x2 dilated 2x2"


def test_sum_pooling_is_a_depthwise_convolution_of_ones() -> None:
    """With the input's scale at the output it is exactly the sum of each window."""
    b = Builder()
    x = b.input((1, 4, 4, 2), 0.5, -1)
    y = b.depthwise_conv2d(x, np.ones((1, 2, 2, 2), np.int8), np.zeros(2, np.int32), 1.0, 0.5, 3, (2, 2))
    codes = np.random.default_rng(0).integers(-40, 40, (4, 4, 2))
    sums = (codes + 1).reshape(2, 2, 2, 2, 2).sum(axis=(1, 3))
    assert run(b.finish(y), codes) == np.clip(sums + 3, -128, 127).tolist()


def test_its_accumulators_are_proved() -> None:
    weights = np.full((1, 100, 100, 1), 127, np.int8)
    op = only_op(last(depthwise((1, 100, 100, 1), weights, zero_point=127)))
    assert op.accumulator_bound == 127 * 10_000 * 255 << 1  # a factor of 1 is a half, shifted
    with pytest.raises(DoesNotFitError, match="depthwise_conv2d 't3' can reach"):
        prove_accumulators(graph_of(last(depthwise((1, 300, 300, 1), np.full((1, 300, 300, 1), 127), 0))))


def test_refusals() -> None:
    b = depthwise((1, 1, 1, 2), np.ones((1, 1, 1, 4), np.int8))
    replace_field(b, DepthMultiplier=3)
    with pytest.raises(InvalidModelError, match="op 0 DEPTHWISE_CONV_2D .* gives 4 channels from 2 .* multiplier 3"):
        graph_of(last(b))
    b = depthwise((1, 1, 1, 2), np.ones((1, 1, 1, 2), np.int8))
    b.tensors[1].shape = (2, 1, 1, 1)
    with pytest.raises(InvalidModelError, match="weights of shape"):
        graph_of(last(b))
