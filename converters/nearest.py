"""What to use instead of an op that edgecnn does not implement."""

from __future__ import annotations

from edgecnn.ops import TFLITE_OPS

# TFLite's name of an operator -> what comes nearest among those that are supported.
_NEAREST = {
    "ABS": "RELU of x and of -x, added",
    "ARG_MAX": "one over the last axis as the last op, which is left to the caller",
    "BATCH_MATMUL": "FULLY_CONNECTED, if one side is constant",
    "CAST": "int8 from end to end: cast before the network and after it",
    "CONV_3D": "CONV_2D with the third axis among the channels",
    "DEQUANTIZE": "one as the last op, which is left to the caller",
    "DIV": "MUL by the reciprocal, if the divisor is constant",
    "ELU": "LEAKY_RELU or RELU",
    "EXP": "SOFTMAX or LOGISTIC",
    "GATHER": "STRIDED_SLICE, if the indices are constant and evenly spaced",
    "GELU": "HARD_SWISH",
    "L2_NORMALIZATION": "batch normalization, which folds into the convolution before it",
    "L2_POOL_2D": "AVERAGE_POOL_2D",
    "LOCAL_RESPONSE_NORMALIZATION": "batch normalization, which folds into the convolution before it",
    "LOG_SOFTMAX": "SOFTMAX",
    "MAXIMUM": "RELU, if the limit is 0",
    "MINIMUM": "RELU6, if the limit is 6",
    "MIRROR_PAD": "PAD",
    "NEG": "MUL by a constant of -1",
    "PRELU": "LEAKY_RELU, with one slope for all channels",
    "REDUCE_MAX": "MAX_POOL_2D over the whole height and width",
    "RESIZE_BILINEAR": "RESIZE_NEAREST_NEIGHBOR or TRANSPOSE_CONV",
    "RSQRT": "batch normalization, which folds into the convolution before it",
    "SLICE": "STRIDED_SLICE",
    "SPLIT_V": "one STRIDED_SLICE for each part",
    "SQUARE": "MUL of x with itself",
    "SQUARED_DIFFERENCE": "SUB, and MUL of the difference with itself",
    "SUM": "DEPTHWISE_CONV_2D with all weights 1, or MEAN with another output scale",
    "UNPACK": "SPLIT and SQUEEZE",
}


def advice(operator: str) -> str:
    """What to do about an unsupported operator, to follow 'is not supported; '."""
    if operator in _NEAREST:
        return f"the nearest supported form is {_NEAREST[operator]}."
    return f"replace it by a combination of: {', '.join(TFLITE_OPS)}."
