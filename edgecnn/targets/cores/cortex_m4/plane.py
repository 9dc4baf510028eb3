"""Convolution of an image of one channel and max pooling of 2 x 2 at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....fixed_point import Array
from ....ops.conv2d import Conv2D
from ....ops.kernel import KernelCall, Record
from ....ops.max_pool2d import MaxPool2D
from ....ops.records import Clamp
from ....program.fusion import pooled_clamp
from ....program.program import Step
from .scales import BITS, FOLDER, Words, pairs, requantization, scaled_bias


@dataclass(frozen=True, eq=False)
class Plane(Record):
    """`weights` has of each channel the bias, words for each column of the filter, and how sums become codes."""

    input_height: int
    input_width: int
    filter_width: int
    pad_top: int
    pad_left: int
    pooled_height: int
    pooled_width: int
    output_channels: int
    input_zero_point: int
    clamp: Clamp
    weights: Array


def conv2d_max_pool2d_plane(step: Step) -> KernelCall | None:
    """One input channel, stride 1, a filter of at most 5 x 7 and a pool of 2 x 2."""
    match step.ops:
        case (Conv2D() as conv, MaxPool2D() as pool) if _serves(conv, pool):
            to_codes = requantization(conv)
            return None if to_codes is None else _call(conv, pool, to_codes)
    return None


def _serves(conv: Conv2D, pool: MaxPool2D) -> bool:
    _, rows, columns, depth = conv.weights.shape
    steps = {(axis.stride, axis.dilation) for axis in (conv.window.height, conv.window.width)}
    pools = {(axis.stride, axis.taps) for axis in (pool.window.height, pool.window.width)}
    return depth == 1 and rows <= 5 and columns <= 7 and steps == {(1, 1)} and pools == {(2, 2)}


def _call(conv: Conv2D, pool: MaxPool2D, to_codes: Words) -> KernelCall:
    _, rows, columns, _ = conv.weights.shape
    column = np.zeros((conv.channels, columns, 7), np.int64)
    column[:, :, 1 : rows + 1] = conv.weights[..., 0].transpose(0, 2, 1).astype(np.int64) << BITS
    upper, lower = (pairs(column[:, :, at : at + 6].reshape(conv.channels, columns, 3, 2)) for at in (1, 0))
    words = np.stack([upper, lower], axis=-1).reshape(conv.channels, -1)
    bias = scaled_bias(conv).astype(np.int32)[:, None]
    height, width, pooled = conv.window.height, conv.window.width, pool.window
    params = Plane(
        input_height=height.input,
        input_width=width.input,
        filter_width=columns,
        pad_top=height.pad,
        pad_left=width.pad,
        pooled_height=pooled.height.output,
        pooled_width=pooled.width.output,
        output_channels=conv.channels,
        input_zero_point=conv.inputs[0].zero_point,
        clamp=pooled_clamp(conv, pool),
        weights=np.hstack([bias, words, to_codes]),
    )
    scratch = 12 * (2 * pooled.width.output + columns - 1)
    # When row n of the output is written, the rows before 2 * n + 6 - pad of the input have been read.
    lead = max(
        (n + 1) * pooled.width.output * conv.channels - (2 * n + 6 - height.pad) * width.input
        if 2 * n + 6 - height.pad < height.input
        else -conv.inputs[0].size
        for n in range(pooled.height.output)
    )
    return KernelCall("conv2d_max_pool2d_plane_s8", params, scratch, {0: lead}, folder=FOLDER)
