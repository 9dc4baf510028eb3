"""Cortex-M55: sixteen products per instruction (MVE), filters and channels padded with zeros to whole vectors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..fixed_point import Array
from ..ops.conv2d import Conv2D
from ..ops.fully_connected import FullyConnected
from ..ops.max_pool2d import MaxPool2D
from ..ops.op import KernelCall
from ..program import Step
from .target import Target

FOLDER = "cortex_m55"
_VECTOR = 16  # codes
_BLOCK = 4  # windows; also the channels of one requantization
_TAPS = 2 * _VECTOR  # of filters that stay in registers
_REACH = 255  # bytes from a window's first tap, for a gathering load


def conv2d_taps(step: Step) -> KernelCall | None:
    """A convolution with small filters, and the pool behind it: all taps of two windows stay in registers."""
    conv = _convolution(step)
    if conv is None or conv.weights[0].size > _TAPS:
        return None
    height, width, depth = conv.weights.shape[1:]
    y, x, c = np.indices((height, width, depth)).reshape(3, -1)
    row = conv.window.width.input * conv.window.height.dilation
    offsets = (y * row + x * conv.window.width.dilation) * depth + c
    in_place = int(offsets.max()) <= _REACH
    weights = _padded(conv.weights.reshape(conv.channels, -1), 2, _TAPS)
    sums = 4 * _BLOCK * _up(conv.channels, _BLOCK)
    params = {
        **{f"pooled.{field}": value for field, value in _pooled(step, conv, weights).items()},
        "in_place": int(in_place),
        "offsets": _padded(offsets * in_place, _TAPS).astype(np.uint8),
    }
    return _call(step, conv, "conv2d_taps_s8", params, sums + _BLOCK * _TAPS)


def conv2d_rows(step: Step) -> KernelCall | None:
    """Any convolution, and the pool behind it: rows of taps, four channels of two windows at a time."""
    conv = _convolution(step)
    if conv is None:
        return None
    height, width, depth = conv.weights.shape[1:]
    rows = _padded(conv.weights.reshape(conv.channels, height, width * depth), _BLOCK, 1, _VECTOR)
    weights = rows.reshape(len(rows) // _BLOCK, _BLOCK, -1, _VECTOR).swapaxes(1, 2)
    inside = conv.window.inside and conv.window.width.dilation == 1
    scratch = 1 if inside else _BLOCK * rows[0].size
    return _call(step, conv, "conv2d_rows_s8", _pooled(step, conv, weights), scratch)


def fully_connected(step: Step) -> KernelCall | None:
    """A fully connected layer, four channels at a time."""
    match step.ops:
        case (FullyConnected() as layer,) if step.call:
            rows = _padded(layer.weights, _BLOCK, _VECTOR)
            weights = rows.reshape(len(rows) // _BLOCK, _BLOCK, -1, _VECTOR).swapaxes(1, 2)
            params = _by_channel(step.call.params, weights)
            return replace(step.call, kernel="fully_connected_mve_s8", folder=FOLDER, params=params)
    return None


def _convolution(step: Step) -> Conv2D | None:
    match step.ops:
        case (Conv2D() as conv,) | (Conv2D() as conv, MaxPool2D()) if step.call and conv.kernel == "conv2d_s8":
            return conv
    return None


def _pooled(step: Step, conv: Conv2D, weights: Array) -> dict[str, int | Array]:
    """The parameters of a convolution and its pool; without one, each pixel is a pool of its own."""
    assert step.call
    params = dict(step.call.params)
    if len(step.ops) == 1:
        height, width = conv.window.height.output, conv.window.width.output
        params = {f"conv.{field}": value for field, value in params.items()} | {
            **dict.fromkeys(("pool_height", "pool_width", "pool_stride_height", "pool_stride_width"), 1),
            "pooled_height": height,
            "pooled_width": width,
        }
    return _by_channel(params, weights, "conv.")


def _by_channel(params: dict[str, int | Array], weights: Array, prefix: str = "") -> dict[str, int | Array]:
    """`params` with packed weights, and numbers for channels that fill the last block of four; left shifts
    and right shifts (below 0) of a block follow each other."""
    bias, multipliers, shifts = (_padded(params[prefix + field], _BLOCK) for field in ("bias", "multipliers", "shifts"))
    signs = np.stack([shifts.clip(min=0), shifts.clip(max=0)]).reshape(2, -1, _BLOCK).swapaxes(0, 1)
    arrays = {"weights": weights, "bias": bias, "multipliers": multipliers, "shifts": signs}
    return {**params, **{prefix + field: np.ascontiguousarray(array) for field, array in arrays.items()}}


def _call(step: Step, conv: Conv2D, kernel: str, params: dict[str, int | Array], scratch: int) -> KernelCall:
    assert step.call
    leads = dict(step.call.leads)
    if len(step.ops) == 1:
        leads = {0: conv.window.lead(conv.inputs[0].shape[3], conv.channels, block=_BLOCK)}
    elif isinstance(pool := step.ops[1], MaxPool2D) and pool.window.height.taps * pool.window.width.taps > _BLOCK:
        leads = {}  # several passes over the input
    return KernelCall(kernel, params, scratch, leads, folder=FOLDER)


def _up(size: int, multiple: int) -> int:
    return -(-size // multiple) * multiple


def _padded(array: int | Array, *multiples: int) -> Array:
    """`array` with zeros at the end of each axis, up to a multiple."""
    values = np.asarray(array)
    return np.pad(values, [(0, _up(size, m) - size) for size, m in zip(values.shape, multiples, strict=True)])


KERNELS = (conv2d_taps, conv2d_rows, fully_connected)

CORTEX_M55 = Target(
    "cortex-m55",
    "Cortex-M55 with MVE",
    {"balanced": KERNELS, "speed": KERNELS},
    alignment=4,  # of sums in the scratch
)
