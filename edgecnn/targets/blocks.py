"""Layers for cores with vectors: blocks of output channels by groups of taps that lie side by side in the input.

The kernels (firmware/runtime/*_blocks_s8.h, in each core's folder) read the input from a copy with zeros around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import INT32_MAX, Array
from ..fusion import pooled_clamp
from ..ops.conv2d import Conv2D
from ..ops.fully_connected import FullyConnected
from ..ops.max_pool2d import MaxPool2D
from ..ops.op import KernelCall
from ..ops.weighted import WeightedOp
from ..ops.window import Axis
from ..program import Step
from .input_copy import InputCopy
from .target import Pack

_WINDOWS = 4  # of a step
_CODE = 2  # bytes of a code in a kernel's copy of its input, at most

Params = dict[str, int | Array]


def _as_they_are(shifts: Array) -> tuple[Array, Array] | None:
    return np.maximum(shifts, 0), np.maximum(-shifts, 0)


@dataclass(frozen=True)
class Blocks:
    """The kernels of one core."""

    folder: str
    """Of the kernels."""
    channels: int
    """Of a block."""
    taps: int
    """Of a group."""
    alignment: int
    """Of constants, in bytes."""
    shifts: Callable[[Array], tuple[Array, Array] | None] = _as_they_are
    """How the core has shifts to the left and to the right (channels,); None where it cannot."""

    @property
    def packs(self) -> tuple[Pack, ...]:
        """For whatever can be proved (`_provable`)."""
        return (self.conv2d_max_pool2d, self.conv2d, self.fully_connected)

    def conv2d(self, step: Step) -> KernelCall | None:
        """A convolution: four pixels at a time."""
        match step.ops:
            case (Conv2D() as conv,) if step.call and conv.kernel == "conv2d_s8":
                height, width = conv.window.height, conv.window.width
                return self._convolution("conv2d_blocks_s8", conv, self._copy(conv), height, width, conv.clamp)
        return None

    def conv2d_max_pool2d(self, step: Step) -> KernelCall | None:
        """A convolution and the pool behind it: four pixels of a pool at a time."""
        match step.ops:
            case (Conv2D() as conv, MaxPool2D() as pool) if step.call:
                copy, window, clamp = self._copy(conv), conv.window.then(pool.window), pooled_clamp(conv, pool)
                kernel = "conv2d_max_pool2d_blocks_s8"
                call = self._convolution(kernel, conv, copy, window.height, window.width, clamp)
                if call is None:
                    return None
                rows = np.arange(pool.window.height.taps) * conv.window.height.stride * copy.row
                columns = np.arange(pool.window.width.taps) * conv.window.width.stride * copy.channels
                windows = (rows[:, None] + columns).ravel()
                missing = -len(windows) % _WINDOWS
                params: Params = {f"conv.{field}": value for field, value in call.params.items()}
                params |= {
                    "taps": len(windows) + missing,
                    "windows": np.pad(windows, (0, missing), mode="edge").astype(np.int32),
                }
                return replace(call, params=params)
        return None

    def fully_connected(self, step: Step) -> KernelCall | None:
        """A fully connected layer; of several rows each is a pixel of a convolution."""
        match step.ops:
            case (FullyConnected() as dense,) if step.call:
                depth = dense.weights.shape[1]
                if dense.rows > 1:
                    height, width = Axis(1, 1, 1, 1, 0, 1), Axis(dense.rows, 1, 1, 1, 0, dense.rows)
                    copy = InputCopy(depth, height, width, self.taps)
                    return self._convolution("conv2d_blocks_s8", dense, copy, height, width, dense.clamp)
                taps = np.arange(-(-depth // (2 * self.taps)) * 2 * self.taps)  # an even number of groups
                if layer := self._layer(dense, len(taps) // self.taps, taps[:depth], dense.clamp):
                    params = {**layer, "depth": depth, "missing": len(taps) - depth}
                    return self._call("fully_connected_blocks_s8", dense, params, len(taps))
        return None

    def _copy(self, conv: Conv2D) -> InputCopy:
        return InputCopy(conv.inputs[0].shape[3], conv.window.height, conv.window.width, self.taps)

    def _convolution(
        self, kernel: str, op: WeightedOp, copy: InputCopy, height: Axis, width: Axis, clamp: tuple[int, int]
    ) -> KernelCall | None:
        """`height` and `width` say where windows begin; `copy` has the axes of the window itself."""
        rows = np.arange(copy.height.taps) * copy.height.dilation * copy.row
        columns = np.arange(copy.width.taps) * copy.width.dilation * copy.channels
        codes = (rows[:, None, None] + columns[:, None] + np.arange(copy.channels)).ravel()
        offsets, taps = groups(codes, self.taps)
        layer = self._layer(op, len(offsets), taps, clamp)
        if layer is None:
            return None
        params = {
            **layer,
            "offsets": offsets,
            "zero": op.inputs[0].zero_point,
            **copy.params,
            "row_step": height.stride * copy.row,
            "step": width.stride * copy.channels,
            "height": height.output,
            "width": width.output,
        }
        return self._call(kernel, op, params, copy.size)

    def _layer(self, op: WeightedOp, count: int, taps: NDArray[np.int64], clamp: tuple[int, int]) -> Params | None:
        """edgecnn_blocks: `taps` says where each weight of a filter is among the taps of `count` groups."""
        multipliers, shifts = op.multipliers
        ours = self.shifts(shifts)
        if ours is None or not _provable(op):
            return None
        flat = op.weights.reshape(op.channels, -1)
        missing = -op.channels % self.channels
        weights = np.zeros((op.channels + missing, count * self.taps), np.int8)
        weights[: op.channels, taps] = flat
        folded = op.bias.astype(np.int64) - (op.inputs[0].zero_point + 128) * flat.astype(np.int64).sum(axis=1)
        bias = folded.astype(np.uint64).astype(np.uint32).view(np.int32)
        channels = {"bias": bias, "multipliers": multipliers, "lefts": ours[0], "rights": ours[1]}
        params: Params = {
            "channels": op.channels,
            "groups": count,
            "output_zero_point": op.output.zero_point,
            "output_min": clamp[0],
            "output_max": clamp[1],
            "weights": weights.reshape(-1, self.channels, count, self.taps).transpose(0, 2, 1, 3),
            **{field: np.pad(values, (0, missing)).astype(np.int32) for field, values in channels.items()},
        }
        return {f"layer.{field}": value for field, value in params.items()}

    def _call(self, kernel: str, op: WeightedOp, params: Params, copied: int) -> KernelCall:
        """All of the input is copied before anything is written."""
        leads = {0: -op.inputs[0].size}
        return KernelCall(kernel, params, copied * _CODE, leads, folder=self.folder, alignment=self.alignment)


def _provable(op: WeightedOp) -> bool:
    """Whether no sum of taps leaves int32, although codes are read as 0 .. 255, and no half that is added to round."""
    weights = np.abs(op.weights.reshape(op.channels, -1).astype(np.int64)).sum(axis=1)
    half = 1 << max(0, -int(op.multipliers[1].min())) >> 1
    return int(weights.max()) * 255 <= INT32_MAX and op.accumulator_bound + half <= INT32_MAX


def groups(codes: Sequence[int] | NDArray[np.int64], size: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Where groups of `size` begin that cover `codes`, which ascend, and which tap of all groups each code is."""
    offsets: list[int] = []
    taps = []
    for code in map(int, codes):
        if not offsets or code >= offsets[-1] + size:
            offsets.append(code)
        taps.append((len(offsets) - 1) * size + code - offsets[-1])
    return np.array(offsets, np.int32), np.array(taps)
