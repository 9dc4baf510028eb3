"""CONV_2D by hand: the corners (`test_article.py` has the article's example)."""

import numpy as np
import pytest

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import InvalidModelError, UnsupportedError
from edgecnn.ops.conv2d import Conv2D
from tests.support.one_op import image, only_op, plane, replace_field, run
from tests.support.tflite_builder import Builder

IMAGE = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
FILTER = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], np.int8)[np.newaxis, ..., np.newaxis]


def test_padding_is_the_zero_of_the_input_and_not_its_code_zero() -> None:
    b, x, _ = image([[7]], zero_point=5)
    ones = np.ones((1, 3, 3, 1), np.int8)
    y = b.conv2d(x, ones, np.array([0]), 1.0, 1.0, -3, padding="SAME")
    assert run(b.finish(y), [[7]]) == [[[(7 - 5) - 3]]]


def test_channels_have_their_own_scales() -> None:
    b, x, _ = image([[10]])
    y = b.conv2d(x, np.array([2, 2]).reshape(2, 1, 1, 1), np.array([0, 3]), [0.5, 2.0], 1.0, 0)
    assert run(b.finish(y), [[10]]) == [[[10, 46]]]


@pytest.mark.parametrize(
    ("activation", "expected"),
    [("NONE", [-10, 10, 100]), ("RELU", [0, 10, 100]), ("RELU6", [0, 10, 12]), ("RELU_N1_TO_1", [-2, 2, 2])],
)
def test_fused_activations(activation: str, expected: list[int]) -> None:
    b, x, _ = image([[10]], scale=0.5)
    weights = np.array([-1, 1, 10]).reshape(3, 1, 1, 1)
    y = b.conv2d(x, weights, np.zeros(3, int), 1.0, 0.5, 0, activation=activation)
    assert run(b.finish(y), [[10]]) == [[expected]]


def test_same_with_a_stride_larger_than_the_kernel_needs_no_padding() -> None:
    b, x, pixels = image(np.arange(25).reshape(5, 5))
    y = b.conv2d(x, np.ones((1, 1, 1, 1), np.int8), np.array([0]), 1.0, 1.0, 0, (3, 3), "SAME")
    assert plane(run(b.finish(y), pixels)) == [[0, 3], [15, 18]]


def test_a_kernel_larger_than_the_input_sees_only_the_input() -> None:
    b, x, pixels = image([[1, 2], [3, 4]])
    weights = np.arange(25, dtype=np.int8).reshape(1, 5, 5, 1)
    y = b.conv2d(x, weights, np.array([0]), 1.0, 1.0, 0, (2, 2), "SAME")
    # 3 rows of padding, 1 of them above: the input lies at taps (1, 1) to (2, 2).
    assert plane(run(b.finish(y), pixels)) == [[1 * 6 + 2 * 7 + 3 * 11 + 4 * 12]]


def test_dilation_spreads_the_taps() -> None:
    b, x, pixels = image(np.arange(25).reshape(5, 5))
    weights = np.array([[1, 0], [0, -2]], np.int8).reshape(1, 2, 2, 1)
    y = b.conv2d(x, weights, np.array([0]), 1.0, 1.0, 0, dilation=(2, 3))
    assert plane(run(b.finish(y), pixels)) == [
        [r * 5 + c - 2 * ((r + 2) * 5 + c + 3) for c in (0, 1)] for r in (0, 1, 2)
    ]
    b, x, pixels = image([[1, 2, 3]])
    y = b.conv2d(
        x, np.array([1, 2, 4], np.int8).reshape(1, 1, 3, 1), np.array([0]), 1.0, 1.0, 0, (1, 1), "SAME", (1, 2)
    )
    assert plane(run(b.finish(y), pixels)) == [[2 + 12, 4, 1 + 6]]


def test_outputs_saturate() -> None:
    b, x, _ = image([[127]])
    y = b.conv2d(x, np.array([127, -127]).reshape(2, 1, 1, 1), np.array([0, 0]), 1.0, 1.0, 0)
    assert run(b.finish(y), [[127]]) == [[[127, -128]]]


def test_its_numbers() -> None:
    b, x, _ = image(IMAGE)
    op = only_op(b.finish(b.conv2d(x, FILTER, np.array([-5]), 1.0, 1.0, 0, (1, 2), activation="RELU")))
    assert isinstance(op, Conv2D)
    assert (op.macs, op.parameters, op.kernel_call().scratch) == (6 * 9, 10, 9)
    assert op.describe == "3x3/1x2 relu"
    assert op.accumulator_bound == (5 + 5 * 128) * 2  # twice: the multiplier of 1 is 1/2 shifted left once


def grouped(b: Builder) -> int:
    return b.conv2d(b.input((1, 3, 3, 4), 1, 0), np.ones((2, 1, 1, 2), np.int8), np.array([0, 0]), 1.0, 1.0, 0)


def image_of_three_axes(b: Builder) -> int:
    x = b.input((1, 3, 3), 1, 0)
    weights, y = b.constant(np.ones((1, 1, 1, 3)), 1.0, dtype=np.int8), b.tensor((1, 3, 3), 1.0)
    return b.operator("CONV_2D", [x, weights, -1], y, "Conv2DOptions", DilationHFactor=1, DilationWFactor=1)


def computed_weights(b: Builder) -> int:
    x = b.input((1, 3, 3, 1), 1, 0)
    return b.operator("CONV_2D", [x, b.quantize(x, 1.0, 0), -1], b.tensor((1, 1, 1, 1), 1.0), "Conv2DOptions")


def sign_bit(b: Builder) -> int:
    y = b.conv2d(b.input((1, 3, 3, 1), 1, 0), np.ones((1, 1, 1, 1), np.int8), np.array([0]), 1.0, 1.0, 0)
    replace_field(b, FusedActivationFunction=5)
    return y


def dilated_beyond_int32(b: Builder) -> int:
    x, weights = b.input((1, 3, 3, 1), 1, 0), np.ones((1, 1, 3, 1), np.int8)
    return b.conv2d(x, weights, np.array([0]), 1.0, 1.0, 0, padding="SAME", dilation=(1, 2**30))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (dilated_beyond_int32, "reach over 2147483652 positions; at most 16777216"),
        (grouped, "op 0 CONV_2D .* grouped convolution \\(4 input channels, 2 per filter\\)"),
        (image_of_three_axes, "only \\[1, height, width, channels\\]"),
        (computed_weights, "at run time"),
        (sign_bit, "SIGN_BIT"),
    ],
)
def test_what_is_not_supported(make: object, says: str) -> None:
    b = Builder()
    with pytest.raises(UnsupportedError, match=says):
        graph_of(b.finish(make(b)))  # type: ignore[operator]


def flat_weights(b: Builder) -> int:
    y = b.tensor((1, 3, 3, 1), 1.0)
    inputs = [b.input((1, 3, 3, 1), 1, 0), b.constant(np.ones((1, 1)), 1.0, dtype=np.int8), -1]
    return b.operator("CONV_2D", inputs, y, "Conv2DOptions")


def wrong_bias(b: Builder) -> int:
    return b.conv2d(b.input((1, 3, 3, 1), 1, 0), np.ones((2, 1, 1, 1), np.int8), np.array([0]), 1.0, 1.0, 0)


def stride_zero(b: Builder) -> int:
    y = b.conv2d(b.input((1, 3, 3, 1), 1, 0), np.ones((1, 1, 1, 1), np.int8), np.array([0]), 1.0, 1.0, 0)
    replace_field(b, StrideW=0)
    return y


def unknown_padding(b: Builder) -> int:
    y = b.conv2d(b.input((1, 3, 3, 1), 1, 0), np.ones((1, 1, 1, 1), np.int8), np.array([0]), 1.0, 1.0, 0)
    replace_field(b, Padding=7)
    return y


def wrong_output(b: Builder) -> int:
    y = b.conv2d(b.input((1, 3, 3, 1), 1, 0), np.ones((1, 2, 2, 1), np.int8), np.array([0]), 1.0, 1.0, 0)
    b.tensors[y].shape = (1, 3, 3, 1)
    return y


def no_options(b: Builder) -> int:
    y = b.conv2d(b.input((1, 3, 3, 1), 1, 0), np.ones((1, 1, 1, 1), np.int8), np.array([0]), 1.0, 1.0, 0)
    b.operators[-1].options = None
    return y


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (flat_weights, "weights of 2 dimensions instead of 4"),
        (wrong_bias, "1 biases for 2 output channels"),
        (stride_zero, "stride, filter or dilation below 1"),
        (unknown_padding, "unknown padding"),
        (wrong_output, "output of shape \\[1, 3, 3, 1\\], but its window gives \\[1, 2, 2, 1\\]"),
        (no_options, "lacks its option"),
    ],
)
def test_what_contradicts_itself(make: object, says: str) -> None:
    b = Builder()
    with pytest.raises(InvalidModelError, match=f"^op 0 CONV_2D .*{says}"):
        graph_of(b.finish(make(b)))  # type: ignore[operator]
