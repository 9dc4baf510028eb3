"""Convolutions: alone by three pixels, with the pool behind them by the windows under a pool."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ....fixed_point import Array
from ....ops.conv2d import Conv2D
from ....ops.kernel import KernelCall, Record
from ....ops.max_pool2d import MaxPool2D
from ....ops.records import Convolution
from ....program.fusion import PooledConvolution, pooled_convolution
from ....program.program import Step
from .channels import BLOCK, FOLDER, VECTOR, brief, by_channel, padded, up

_PIXELS = 3
_TAPS = 2 * VECTOR  # of filters that stay in registers
_REACH = 255  # bytes from a window's first tap, for a gathering load


@dataclass(frozen=True, eq=False)
class Pixels(Record):
    """A convolution of so many taps: whether they lie side by side in the input, and see `brief`."""

    conv: Convolution
    taps: int
    in_place: int
    brief: int


@dataclass(frozen=True, eq=False)
class Taps(Record):
    """A convolution and a pool: where its taps are in the input, and whether a byte holds that."""

    pooled: PooledConvolution
    in_place: int
    offsets: Array


def conv2d_pixels(step: Step) -> KernelCall | None:
    """A convolution alone, three pixels and two channels at a time."""
    match step.ops:
        case (Conv2D() as conv,) if step.call and conv.kernel == "conv2d_s8":
            return _pixels(conv, step.call)
    return None


def _pixels(conv: Conv2D, plain: KernelCall) -> KernelCall:
    weights = conv.weights.reshape(conv.channels, -1)
    taps, channels = weights.shape[1], up(conv.channels, BLOCK)
    pairs = padded(weights, BLOCK, VECTOR).reshape(channels // 2, 2, -1, VECTOR).swapaxes(1, 2)
    in_place = _in_one_run(conv)
    layer = by_channel(conv.weighted, pairs)
    params = Pixels(Convolution(conv.geometry, layer), taps, int(in_place), brief(conv))
    scratch = _PIXELS * (4 * channels + (0 if in_place else taps))
    # All sums of three pixels are known before their codes are written.
    return KernelCall("conv2d_pixels_s8", params, scratch, plain.leads, folder=FOLDER)


def _in_one_run(conv: Conv2D) -> bool:
    """Whether the codes under each window lie side by side in the input."""
    height, width = conv.window.height, conv.window.width
    row = width.taps == 1 or width.dilation == 1
    rows = height.taps == 1 or (height.dilation == 1 and width.taps == width.input)
    return height.inside and width.inside and row and rows


def conv2d_max_pool2d_taps(step: Step) -> KernelCall | None:
    """A convolution with small filters, and the pool behind it: all taps of two windows stay in registers."""
    match step.ops:
        case (Conv2D() as conv, MaxPool2D() as pool) if step.call and conv.weights[0].size <= _TAPS:
            return _taps(conv, pool, step.call)
    return None


def _taps(conv: Conv2D, pool: MaxPool2D, plain: KernelCall) -> KernelCall:
    height, width, depth = conv.weights.shape[1:]
    y, x, c = np.indices((height, width, depth)).reshape(3, -1)
    row = conv.window.width.input * conv.window.height.dilation
    offsets = (y * row + x * conv.window.width.dilation) * depth + c
    in_place = int(offsets.max()) <= _REACH
    weights = padded(conv.weights.reshape(conv.channels, -1), 2, _TAPS)
    bytes_of_offsets = padded(offsets * in_place, _TAPS).astype(np.uint8)
    params = Taps(_pooled(conv, pool, weights), int(in_place), bytes_of_offsets)
    return _call(pool, plain, "conv2d_taps_s8", params, BLOCK * (4 * up(conv.channels, BLOCK) + _TAPS))


def conv2d_max_pool2d_rows(step: Step) -> KernelCall | None:
    """Any convolution, and the pool behind it: rows of taps, four channels of two windows at a time."""
    match step.ops:
        case (Conv2D() as conv, MaxPool2D() as pool) if step.call:
            return _rows(conv, pool, step.call)
    return None


def _rows(conv: Conv2D, pool: MaxPool2D, plain: KernelCall) -> KernelCall:
    height, width, depth = conv.weights.shape[1:]
    rows = padded(conv.weights.reshape(conv.channels, height, width * depth), BLOCK, 1, VECTOR)
    weights = rows.reshape(len(rows) // BLOCK, BLOCK, -1, VECTOR).swapaxes(1, 2)
    inside = conv.window.inside and conv.window.width.dilation == 1
    scratch = 1 if inside else BLOCK * rows[0].size
    return _call(pool, plain, "conv2d_rows_s8", _pooled(conv, pool, weights), scratch)


def _pooled(conv: Conv2D, pool: MaxPool2D, weights: Array) -> PooledConvolution:
    plain = pooled_convolution(conv, pool)
    return replace(plain, conv=replace(plain.conv, layer=by_channel(plain.conv.layer, weights)))


def _call(pool: MaxPool2D, plain: KernelCall, kernel: str, params: Record, scratch: int) -> KernelCall:
    once = pool.window.height.taps * pool.window.width.taps <= BLOCK  # else in several passes over the input
    return KernelCall(kernel, params, scratch, plain.leads if once else {}, folder=FOLDER)
