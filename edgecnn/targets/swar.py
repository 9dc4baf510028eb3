"""Cores without SIMD: two codes, or two weights, 16 bits apart in one word, so that one multiplication is two MACs.

Terms are added in groups of which each sum is proved, from the real weights, to stay within its 16 bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import INT8_MIN, Array
from ..fusion import pooled_clamp
from ..ops.conv2d import Conv2D
from ..ops.fully_connected import FullyConnected
from ..ops.max_pool2d import MaxPool2D
from ..ops.op import KernelCall
from ..ops.weighted import WeightedOp
from ..program import Step
from .short_scale import scales
from .target import Pack

FOLDER = "cortex_m0plus"
_WINDOWS = 4
_COLUMNS = 8
_SMALL = 16384  # bytes
_CODE = 255  # the largest unsigned code
_REACH = 0xFFFF // _CODE  # of the weights of a group: how far apart its sums can be, in codes
_TERMS, _STEPS = 2, 16  # terms per step of the ladder in swar_s8.h, steps of the ladder
_BLOCK_END, _END = 0, -2


def conv2d_max_pool2d(step: Step) -> KernelCall | None:
    """A convolution and the pool behind it, four windows of a pool at a time."""
    match step.ops:
        case (Conv2D() as conv, MaxPool2D() as pool) if step.call and conv.kernel == "conv2d_s8":
            params = step.call.params
            ours = _convolution(conv, *pooled_clamp(conv, pool))
            if ours is None:
                return None
            call, inputs = _renamed(ours, "conv."), conv.inputs[0].shape
            whole = conv.window.then(pool.window)
            taps = [(y, x) for y in range(pool.window.height.taps) for x in range(pool.window.width.taps)]
            taps += taps[-1:] * (-len(taps) % _WINDOWS)
            steps = conv.window.height.stride * inputs[2] * inputs[3], conv.window.width.stride * inputs[3]
            return replace(
                call,
                kernel="conv2d_max_pool2d_swar_s8",
                params={
                    **call.params,
                    **{field: value for field, value in params.items() if field.startswith("pool")},
                    "last_y": whole.height.input - whole.height.taps,
                    "last_x": whole.width.input - whole.width.taps,
                    "blocks": len(taps) // _WINDOWS,
                    "offsets": np.array([y * steps[0] + x * steps[1] for y, x in taps], np.int32),
                },
                leads=step.call.leads,
            )
    return None


def conv2d(step: Step) -> KernelCall | None:
    """A convolution, four pixels of a row at a time; not where a row is a single pixel."""
    match step.ops:
        case (Conv2D() as conv,) if step.call and conv.kernel == "conv2d_s8" and conv.window.width.output > 1:
            return _convolution(conv, *conv.clamp)
    return None


def fully_connected(step: Step) -> KernelCall | None:
    """A fully connected layer, four channels at a time."""
    match step.ops:
        case (FullyConnected() as op,) if step.call:
            channels = -(-op.channels // 4) * 4
            weights = _even(np.pad(op.weights, ((0, channels - op.channels), (0, 0))))
            stream, starts = _stream(weights.reshape(-1, 4, weights.shape[1]).astype(np.int64))
            arithmetic = _arithmetic(op, starts.ravel()[: op.channels], *op.clamp)
            if arithmetic is None:
                return None
            params = {**_sizes(step.call), **arithmetic, "stream": stream}
            return KernelCall(
                "fully_connected_swar_s8", params, 4 * (1 + weights.shape[1] + 1 + channels), folder=FOLDER
            )
    return None


def fully_connected_columns(step: Step) -> KernelCall | None:
    """A fully connected layer, eight channels at a time, its weights as small as they were."""
    match step.ops:
        case (FullyConnected() as op,) if step.call:
            zeros = np.zeros(op.channels, np.int64)
            arithmetic = _arithmetic(op, zeros, *op.clamp, least=0)
            if arithmetic is None:
                return None
            padded = np.pad(op.weights, ((0, -op.channels % _COLUMNS), (0, 0))).astype(np.int16) + 128
            columns = padded.reshape(-1, _COLUMNS, op.weights.shape[1]).transpose(0, 2, 1).astype(np.uint8)
            params = {**_sizes(step.call), **arithmetic, "weights": columns}
            return KernelCall("fully_connected_columns_s8", params, folder=FOLDER)
    return None


def _sizes(call: KernelCall) -> dict[str, int | Array]:
    return {field: call.params[field] for field in ("rows", "input_depth", "output_channels")}


def if_small(pack: Pack) -> Pack:
    """`pack` where its constants stay small: one weight takes four bytes and more."""

    def packed(step: Step) -> KernelCall | None:
        call = pack(step)
        constants = [value for value in call.params.values() if isinstance(value, np.ndarray)] if call else []
        return call if sum(array.nbytes for array in constants) <= _SMALL else None

    return packed


def _convolution(conv: Conv2D, low: int, high: int) -> KernelCall | None:
    """conv2d_swar_s8 with that clamp."""
    weights = _even(conv.weights.reshape(conv.channels, -1)).astype(np.int64)
    stream, starts = _stream(weights[:, None])
    arithmetic = _arithmetic(conv, starts.ravel(), low, high)
    if arithmetic is None:
        return None
    plain = conv.kernel_call()
    others = ("output_zero_point", "output_min", "output_max", "weights", "bias", "multipliers", "shifts")
    geometry = {field: value for field, value in plain.params.items() if field not in others}
    scratch = 4 * (1 + 2 * weights.shape[1] + 1 + _WINDOWS * conv.channels)
    lead = conv.window.lead(conv.inputs[0].shape[3], conv.channels, block=_WINDOWS)
    params = {**geometry, **arithmetic, "stream": stream}
    return KernelCall("conv2d_swar_s8", params, scratch, {0: lead}, folder=FOLDER)


def _renamed(call: KernelCall, prefix: str) -> KernelCall:
    return replace(call, params={f"{prefix}{field}": value for field, value in call.params.items()})


def _arithmetic(
    op: WeightedOp, starts: Array, low: int, high: int, least: int = INT8_MIN
) -> dict[str, int | Array] | None:
    """How sums of (code - `least`) that begin at `starts` become output codes; None where one could leave int32."""
    weights = op.weights.reshape(op.channels, -1).astype(np.int64)
    zero = op.inputs[0].zero_point - least
    offset = op.bias.astype(np.int64) - zero * weights.sum(axis=1) - starts
    found = scales(op, offset, starts + _CODE * np.abs(weights).sum(axis=1), low, high)
    if found is None:
        return None
    return {
        "scale.output_zero_point": op.output.zero_point,
        "scale.output_min": low,
        "scale.output_max": high,
        "scale.shift": found[1],
        "scales": found[0],
    }


def _even(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    return np.pad(weights, ((0, 0), (0, weights.shape[1] % _TERMS)))


def _stream(blocks: Array) -> tuple[NDArray[np.int32], Array]:
    """What swar_s8.h reads for weights (blocks, 1 or 4 channels, terms), and the sum of the starts of each channel.

    One channel stands for itself and its two sums are of two codes; the words of four channels hold two weights each.
    """
    words: list[int] = []
    starts = np.zeros(blocks.shape[:2], np.int64)
    lanes = blocks.shape[1]
    turn = 4 * blocks.shape[2] * (1 if lanes == 4 else 2)
    header = [0] * (lanes // 4)
    for block, total in zip(blocks, starts, strict=True):
        for group in _groups(block):
            start = _CODE * np.maximum(-group, 0).sum(axis=1)
            total += start
            words += [*_pairs(np.resize(start, max(2, lanes))), -26 - 20 * (group.shape[1] // _TERMS)]
            words += chain.from_iterable(_pairs(term) if lanes == 4 else term for term in group.T.tolist())
        words += [turn, *header, _BLOCK_END]
    words += [0, *header, _END]
    return np.array(words, np.int64).astype(np.uint32).view(np.int32), starts


def _pairs(values: Array | list[int]) -> list[int]:
    """Two in a word, the first one below."""
    return [int(values[i]) + (int(values[i + 1]) << 16) for i in range(0, len(values), 2)]


def _groups(block: Array) -> Iterator[Array]:
    """`block` (channels, terms) cut so that no channel's sum over a group can span more than 16 bits."""
    first = 0
    reach = np.abs(block)
    for step in range(0, block.shape[1], _TERMS):
        full = step - first == _TERMS * _STEPS
        if full or reach[:, first : step + _TERMS].sum(axis=1).max() > _REACH:
            yield block[:, first:step]
            first = step
    yield block[:, first:]
