"""Cores without SIMD: two codes, or two weights, 16 bits apart in one word, so that one multiplication is two MACs.

Terms are added in groups of which each sum is proved, from the real weights, to stay within its 16 bits. How the inner
loops read the weights is each core's own: thumb.py, rv32imc.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import INT8_MIN, Array
from ..lowering.fusion import pooled_clamp
from ..lowering.program import Step
from ..ops.conv2d import Conv2D
from ..ops.fully_connected import FullyConnected
from ..ops.max_pool2d import MaxPool2D
from ..ops.op import KernelCall, Params
from ..ops.weighted import WeightedOp
from .short_scale import scales
from .target import Pack

_WINDOWS = 4
_COLUMNS = 8
_SMALL = 16384  # bytes
CODE = 255  # the largest unsigned code
_REACH = 0xFFFF // CODE  # of the weights of a group: how far apart its sums can be, in codes
TERMS, _STEPS = 2, 16  # terms per step, steps of a group at most


@dataclass(frozen=True)
class Swar:
    """The kernels of a core that multiplies two codes at once."""

    folder: str
    channels: int
    """Whose weights one loop reads."""
    stream: Callable[[Array], tuple[Params, Array]]
    """How weights (blocks, channels, terms) are laid out, and the sum of the starts of each channel's groups."""

    def conv2d_max_pool2d(self, step: Step) -> KernelCall | None:
        """A convolution and the pool behind it, four windows of a pool at a time."""
        match step.ops:
            case (Conv2D() as conv, MaxPool2D() as pool) if step.call and conv.kernel == "conv2d_s8":
                params = step.call.params
                ours = self._convolution(conv, *pooled_clamp(conv, pool))
                if ours is None:
                    return None
                whole = conv.window.then(pool.window)
                taps = [(y, x) for y in range(pool.window.height.taps) for x in range(pool.window.width.taps)]
                taps += taps[-1:] * (-len(taps) % _WINDOWS)
                row, pixel = conv.inputs[0].shape[2] * conv.inputs[0].shape[3], conv.inputs[0].shape[3]
                steps = conv.window.height.stride * row, conv.window.width.stride * pixel
                return replace(
                    ours,
                    kernel="conv2d_max_pool2d_swar_s8",
                    params={
                        **{f"conv.{field}": value for field, value in ours.params.items()},
                        **{field: value for field, value in params.items() if field.startswith("pool")},
                        "last_y": whole.height.input - whole.height.taps,
                        "last_x": whole.width.input - whole.width.taps,
                        "blocks": len(taps) // _WINDOWS,
                        "offsets": np.array([y * steps[0] + x * steps[1] for y, x in taps], np.int32),
                    },
                    leads=step.call.leads,
                )
        return None

    def conv2d(self, step: Step) -> KernelCall | None:
        """A convolution, four pixels of a row at a time; not where a row is a single pixel."""
        match step.ops:
            case (Conv2D() as conv,) if step.call and conv.kernel == "conv2d_s8" and conv.window.width.output > 1:
                return self._convolution(conv, *conv.clamp)
        return None

    def fully_connected(self, step: Step) -> KernelCall | None:
        """A fully connected layer, eight channels at a time, its weights as small as they were."""
        match step.ops:
            case (FullyConnected() as op,) if step.call:
                zeros = np.zeros(op.channels, np.int64)
                arithmetic = scaled(op, zeros, *op.clamp, least=0)
                if arithmetic is None:
                    return None
                padded = np.pad(op.weights, ((0, -op.channels % _COLUMNS), (0, 0))).astype(np.int16) + 128
                columns = padded.reshape(-1, _COLUMNS, op.weights.shape[1]).transpose(0, 2, 1).astype(np.uint8)
                params = {**sizes(step.call), **arithmetic, "weights": columns}
                return KernelCall("fully_connected_columns_s8", params, folder=self.folder)
        return None

    def _convolution(self, conv: Conv2D, low: int, high: int) -> KernelCall | None:
        """conv2d_swar_s8 with that clamp."""
        weights = even(conv.weights.reshape(conv.channels, -1))
        channels = -(-conv.channels // self.channels) * self.channels
        filters = np.pad(weights, ((0, channels - conv.channels), (0, 0))).astype(np.int64)
        stream, starts = self.stream(filters.reshape(-1, self.channels, filters.shape[1]))
        arithmetic = scaled(conv, starts.ravel()[: conv.channels], low, high)
        if arithmetic is None:
            return None
        params = {
            **conv.geometry_params(),
            **arithmetic,
            **{f"stream.{field}": value for field, value in stream.items()},
        }
        scratch = 4 * (1 + 2 * weights.shape[1] + 1 + _WINDOWS * channels)
        lead = conv.window.lead(conv.inputs[0].shape[3], conv.channels, block=_WINDOWS)
        return KernelCall("conv2d_swar_s8", params, scratch, {0: lead}, folder=self.folder)


def if_small(pack: Pack) -> Pack:
    """`pack` where its constants stay small: one weight takes four bytes and more."""

    def packed(step: Step) -> KernelCall | None:
        call = pack(step)
        constants = [value for value in call.params.values() if isinstance(value, np.ndarray)] if call else []
        return call if sum(array.nbytes for array in constants) <= _SMALL else None

    return packed


def sizes(call: KernelCall) -> Params:
    """Of a fully connected layer."""
    return {field: call.params[field] for field in ("rows", "input_depth", "output_channels")}


def scaled(op: WeightedOp, starts: Array, low: int, high: int, least: int = INT8_MIN) -> Params | None:
    """How sums of (code - `least`) that begin at `starts` become output codes; None where one could leave int32."""
    weights = op.weights.reshape(op.channels, -1).astype(np.int64)
    zero = op.inputs[0].zero_point - least
    offset = op.bias.astype(np.int64) - zero * weights.sum(axis=1) - starts
    found = scales(op, offset, starts + CODE * np.abs(weights).sum(axis=1), low, high)
    if found is None:
        return None
    return {
        "scale.output_zero_point": op.output.zero_point,
        "scale.output_min": low,
        "scale.output_max": high,
        "scale.shift": found[1],
        "scales": found[0],
    }


def even(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    """`weights` (channels, terms) with an even number of terms."""
    return np.pad(weights, ((0, 0), (0, weights.shape[1] % TERMS)))


def groups(block: Array) -> Iterator[Array]:
    """`block` (channels, terms) cut so that no channel's sum over a group can span more than 16 bits."""
    first = 0
    reach = np.abs(block)
    for step in range(0, block.shape[1], TERMS):
        full = step - first == TERMS * _STEPS
        if full or reach[:, first : step + TERMS].sum(axis=1).max() > _REACH:
            yield block[:, first:step]
            first = step
    yield block[:, first:]
