"""Convolutions and fully connected layers: four sums of 24 bits at once share every load of a weight or a code.

Weights and codes are unsigned, so that adding a product needs no sign; the sum of a window's codes puts that right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ....fixed_point import INT8_MAX, INT8_MIN, Array
from ....ops.conv2d import Conv2D
from ....ops.depthwise_conv2d import DepthwiseConv2D
from ....ops.fully_connected import FullyConnected
from ....ops.kernel import KernelCall, Record
from ....ops.max_pool2d import MaxPool2D
from ....ops.records import Clamp, ConvGeometry, DenseShape, OutputCodes, Pooling
from ....ops.weighted import WeightedOp
from ....program.fusion import pooled_clamp
from ....program.program import Step
from .scales import REACH, scales

FOLDER = "avr"
_FOUR = 4  # sums
_TERMS = 2047  # as many as sums4.h counts
_RUN, _ROWS = 1023, 255  # codes, and rows of them, that conv2d_four.h copies at once
_COLUMNS, _PLANES = (3, 5), 255  # of a filter, and input channels, that overlapping.h is made for
_SIZE = 2**15 - 1  # of a tensor and of its dimensions: what an int16 holds


@dataclass(frozen=True, eq=False)
class Scale24(Record):
    """What all output channels have in common when their sums become codes."""

    output: OutputCodes


@dataclass(frozen=True, eq=False)
class FourConvolution(Record):
    """`last_y` and `last_x` are of a window inside the input; `stream` has each channel's weights and its scale."""

    geometry: ConvGeometry
    last_y: int
    last_x: int
    scale: Scale24
    stream: Array


@dataclass(frozen=True, eq=False)
class FourPool(Record):
    """The same and a pool."""

    conv: FourConvolution
    pooling: Pooling


@dataclass(frozen=True, eq=False)
class FourDense(Record):
    """`stream` has the weights of each four channels, and their scales."""

    shape: DenseShape
    scale: Scale24
    stream: Array


def conv2d(step: Step) -> KernelCall | None:
    """A convolution, four pixels of a row at a time."""
    match step.ops:
        case (Conv2D() as conv,) if conv.kernel == "conv2d_s8":
            return _alone(conv, "conv2d_four_s8", _convolution(conv, conv.output_codes.clamp), _patch(conv))
    return None


def depthwise_conv2d(step: Step) -> KernelCall | None:
    """A convolution of each channel on its own, four pixels of a row at a time."""
    match step.ops:
        case (DepthwiseConv2D() as conv,):
            params = _convolution(conv, conv.output_codes.clamp, least=0)
            return _alone(conv, "depthwise_conv2d_four_s8", params, _patch(conv) * conv.inputs[0].shape[3])
    return None


def _alone(conv: Conv2D, kernel: str, params: FourConvolution | None, scratch: int) -> KernelCall | None:
    """A kernel that no pool is fused with."""
    lead = conv.window.lead(conv.inputs[0].shape[3], conv.channels, block=_FOUR)
    return KernelCall(kernel, params, scratch, {0: lead}, folder=FOLDER) if params else None


def conv2d_max_pool2d(step: Step) -> KernelCall | None:
    """A convolution and the pool behind it, four pixels of a pool at a time."""
    match step.ops:
        case (Conv2D() as conv, MaxPool2D() as pool) if conv.kernel == "conv2d_s8":
            params = _convolution(conv, pooled_clamp(conv, pool))
            return _pooled(conv, pool, "conv2d_max_pool2d_four_s8", params, _patch(conv)) if params else None
    return None


def conv2d_max_pool2d_2x2(step: Step) -> KernelCall | None:
    """The same where the four windows of a pool overlap and have three or five columns."""
    match step.ops:
        case (Conv2D() as conv, MaxPool2D() as pool) if conv.kernel == "conv2d_s8":
            axes = conv.window.height, conv.window.width
            height, width, depth = conv.weights.shape[1:]
            square = pool.window.height.taps == pool.window.width.taps == 2
            if not square or width not in _COLUMNS or height >= _ROWS or depth > _PLANES:
                return None
            if any(axis.stride * axis.dilation > 1 for axis in axes):
                return None
            params = _convolution(conv, pooled_clamp(conv, pool), order=(0, 3, 1, 2), more=1)
            scratch = (depth * (height + 1) + 1) * 2 * (width + 1)
            return _pooled(conv, pool, "conv2d_max_pool2d_2x2_s8", params, scratch) if params else None
    return None


def _pooled(conv: Conv2D, pool: MaxPool2D, kernel: str, convolution: FourConvolution, scratch: int) -> KernelCall:
    taps = pool.window.height.taps * pool.window.width.taps
    early = conv.channels if taps > _FOUR else 0  # written by the first four windows before the next are read
    lead = conv.window.then(pool.window).lead(conv.inputs[0].shape[3], conv.channels, early=early)
    return KernelCall(kernel, FourPool(convolution, pool.pooling), scratch, {0: lead}, folder=FOLDER)


def fully_connected(step: Step) -> KernelCall | None:
    """A fully connected layer, four channels at a time."""
    match step.ops:
        case (FullyConnected() as op,):
            rows, depth = _rows(op, op.output_codes.clamp), op.weights.shape[1]
            if rows is None or not _small(op) or depth > _TERMS:
                return None
            more = (0, -op.channels % _FOUR), (0, 0)
            blocks = np.pad(_bytes(op.weights, INT8_MIN), more).reshape(-1, _FOUR, depth).transpose(0, 2, 1)
            ends = np.pad(rows, more).reshape(len(blocks), -1)
            stream = np.concatenate([blocks.reshape(len(blocks), -1), ends], axis=1)
            params = FourDense(op.shape, Scale24(op.output_codes), stream)
            return KernelCall("fully_connected_four_s8", params, folder=FOLDER)
    return None


def _patch(conv: Conv2D) -> int:
    """Bytes of the codes under four windows."""
    return _FOUR * conv.weights.size // conv.channels


def _convolution(
    conv: Conv2D, clamp: Clamp, *, order: tuple[int, ...] | None = None, more: int = 0, least: int = INT8_MIN
) -> FourConvolution | None:
    """The parameters of conv2d_four_s8 with that clamp, for windows of so many rows and columns more at once.

    The weights are in that order of their axes, `least` being taken off.
    """
    axes, geometry = (conv.window.height, conv.window.width), conv.geometry
    last_y, last_x = (axis.input - (axis.taps - 1) * axis.dilation - 1 - more for axis in axes)
    numbers = [*(int(number) for _, number in geometry.leaves()), last_y, last_x]
    rows = _rows(conv, clamp)
    one = conv.weights[0]
    if rows is None or not _small(conv, numbers) or one.size > _TERMS or one[0].size > _RUN or len(one) > _ROWS:
        return None
    weights = _bytes(conv.weights.transpose(order or range(conv.weights.ndim)), least)
    scale = Scale24(replace(conv.output_codes, clamp=clamp))
    return FourConvolution(geometry, last_y, last_x, scale, np.concatenate([weights, rows], axis=1))


def _small(op: WeightedOp, numbers: Iterable[int] = ()) -> bool:
    """Whether `numbers`, and every number that the kernel computes of positions, are an int16."""
    sizes = [tensor.size for tensor in (*op.inputs, op.output)]
    if isinstance(op, Conv2D):
        sizes += [op.window.height.reach, op.window.width.reach]
    return max([*sizes, *numbers]) <= _SIZE


def _bytes(weights: NDArray[np.int8], least: int) -> NDArray[np.uint8]:
    """(channels, weights of each) less `least`."""
    return (weights.reshape(len(weights), -1).astype(np.int16) - least).astype(np.uint8)


def _rows(op: WeightedOp, clamp: Clamp) -> NDArray[np.uint8] | None:
    """How sums of weights and unsigned codes become output codes; None where one could leave 24 bits."""
    weights = op.weights.reshape(op.channels, -1).astype(np.int64)
    bias, zero_point = op.bias.astype(np.int64), op.inputs[0].zero_point
    ends = np.stack([weights * (INT8_MIN - zero_point), weights * (INT8_MAX - zero_point)])
    reach = np.maximum(np.abs(bias + ends.max(axis=0).sum(axis=1)), np.abs(bias + ends.min(axis=0).sum(axis=1)))
    if (INT8_MAX - INT8_MIN) * np.abs(weights).sum(axis=1).max() > REACH:
        return None
    return scales(op, bias - (zero_point - INT8_MIN) * weights.sum(axis=1), reach, clamp.output_min, clamp.output_max)
