"""Layers for cores with vectors: blocks of output channels by groups of taps that lie side by side in the input.

The kernels (firmware/runtime/blocks, and a core's vectors in a folder there; neon) read the input from a copy with
zeros around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...fixed_point import INT32_MAX, Array
from ...ops.conv2d import Conv2D
from ...ops.fully_connected import FullyConnected
from ...ops.kernel import KernelCall, Part, Record
from ...ops.max_pool2d import MaxPool2D
from ...ops.records import Clamp, OutputCodes
from ...ops.weighted import WeightedOp
from ...ops.window import Axis, Window
from ...program.fusion import pooled_clamp
from ...program.program import Step
from ..target import Pack
from .input_copy import CopyGeometry, InputCopy

_WINDOWS = 4  # of a step


@dataclass(frozen=True, eq=False)
class BlocksLayer(Record):
    """Constants of blocks of channels, whose groups of taps are counted, and how sums become codes."""

    channels: int
    groups: int
    output: OutputCodes
    weights: Array
    bias: Array
    multipliers: Array
    lefts: Array
    rights: Array


@dataclass(frozen=True, eq=False)
class BlocksWindows(Part):
    """Where windows and the groups in them are in the copy of the input, whose zero point is `zero`."""

    offsets: Array
    zero: int
    copy: CopyGeometry
    row_step: int
    step: int
    height: int
    width: int


@dataclass(frozen=True, eq=False)
class BlocksConvolution(Record):
    """A convolution; fused with a pool its steps, height and width are those of the pooled output."""

    layer: BlocksLayer
    geometry: BlocksWindows


@dataclass(frozen=True, eq=False)
class BlocksPool(Record):
    """The same and the windows under a pool, `taps` of them."""

    conv: BlocksConvolution
    taps: int
    windows: Array


@dataclass(frozen=True, eq=False)
class BlocksDense(Record):
    """A fully connected layer of one row, `depth` codes; the groups have `missing` taps more."""

    layer: BlocksLayer
    depth: int
    missing: int


def _as_they_are(shifts: Array) -> tuple[Array, Array] | None:
    return np.maximum(shifts, 0), np.maximum(-shifts, 0)


def _by_groups(blocks: NDArray[np.int8]) -> Array:
    return blocks.transpose(0, 2, 1, 3)


def unsigned_sums(op: WeightedOp) -> bool:
    """Whether no sum of taps leaves int32, although codes are read as 0 .. 255, and no half that is added to round."""
    weights = np.abs(op.weights.reshape(op.channels, -1).astype(np.int64)).sum(axis=1)
    half = 1 << max(0, -int(op.multipliers[1].min())) >> 1
    return int(weights.max()) * 255 <= INT32_MAX and op.accumulator_bound + half <= INT32_MAX


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
    weights: Callable[[NDArray[np.int8]], Array] = _by_groups
    """How it reads weights (blocks, channels, groups, taps)."""
    provable: Callable[[WeightedOp], bool] = unsigned_sums
    """Whether it computes a layer exactly."""
    kernels: str = "blocks_s8"
    """What their names end with."""
    zero: int = 128
    """What is added to each code of the input."""
    code: int = 2
    """Bytes of a code in the copy, at most."""
    unit: int = 1
    """Of distances in the copy, in codes."""
    beyond: int = 0
    """Bytes behind the copy that are loaded, but not used."""
    even: int = 2
    """What the groups of a fully connected layer are a multiple of."""

    @property
    def packs(self) -> tuple[Pack, ...]:
        """For whatever can be proved."""
        return (self.conv2d_max_pool2d, self.conv2d, self.fully_connected)

    def conv2d(self, step: Step) -> KernelCall | None:
        """A convolution: four pixels at a time."""
        match step.ops:
            case (Conv2D() as conv,) if _reads_all(conv):
                copy = self.copy(conv)
                params = self._convolution(conv, copy, conv.window, conv.output_codes.clamp)
                return self.call("conv2d", conv, params, copy.size) if params else None
        return None

    def conv2d_max_pool2d(self, step: Step) -> KernelCall | None:
        """A convolution and the pool behind it: four pixels of a pool at a time."""
        match step.ops:
            case (Conv2D() as conv, MaxPool2D() as pool):
                copy = self.copy(conv)
                params = self._convolution(conv, copy, conv.window.then(pool.window), pooled_clamp(conv, pool))
                if params is None:
                    return None
                rows = np.arange(pool.window.height.taps) * conv.window.height.stride * copy.row
                columns = np.arange(pool.window.width.taps) * conv.window.width.stride * copy.channels
                windows = (rows[:, None] + columns).ravel() * self.unit
                missing = -len(windows) % _WINDOWS
                padded = np.pad(windows, (0, missing), mode="edge").astype(np.int32)
                return self.call("conv2d_max_pool2d", conv, BlocksPool(params, len(padded), padded), copy.size)
        return None

    def fully_connected(self, step: Step) -> KernelCall | None:
        """A fully connected layer; of several rows each is a pixel of a convolution."""
        match step.ops:
            case (FullyConnected() as dense,):
                return self._rows(dense) if dense.rows > 1 else self._row(dense)
        return None

    def _rows(self, dense: FullyConnected) -> KernelCall | None:
        window = Window(Axis(1, 1, 1, 1, 0, 1), Axis(dense.rows, 1, 1, 1, 0, dense.rows))
        copy = InputCopy(dense.weights.shape[1], window.height, window.width, self.taps)
        params = self._convolution(dense, copy, window, dense.output_codes.clamp)
        return self.call("conv2d", dense, params, copy.size) if params else None

    def _row(self, dense: FullyConnected) -> KernelCall | None:
        depth, several = dense.weights.shape[1], self.even * self.taps
        taps = np.arange(-(-depth // several) * several)
        packed = self._packed(dense, len(taps) // self.taps, taps[:depth])
        layer = self.layer(dense, len(taps) // self.taps, packed, dense.output_codes.clamp)
        if layer is None:
            return None
        return self.call("fully_connected", dense, BlocksDense(layer, depth, len(taps) - depth), len(taps))

    def copy(self, conv: Conv2D) -> InputCopy:
        """What the kernel reads."""
        return InputCopy(conv.inputs[0].shape[3], conv.window.height, conv.window.width, self.taps)

    def _convolution(self, op: WeightedOp, copy: InputCopy, window: Window, clamp: Clamp) -> BlocksConvolution | None:
        """`window` says where windows begin; `copy` has the axes of the window itself."""
        offsets, taps = groups((copy.window[:, None] + np.arange(copy.channels)).ravel(), self.taps)
        layer = self.layer(op, len(offsets), self._packed(op, len(offsets), taps), clamp)
        return BlocksConvolution(layer, self.geometry(op, offsets, copy, window)) if layer else None

    def _packed(self, op: WeightedOp, count: int, taps: NDArray[np.int64]) -> Array:
        """Weights as the kernel reads them: `taps` says where each of a filter is among the taps of `count` groups."""
        weights = np.zeros((-(-op.channels // self.channels) * self.channels, count * self.taps), np.int8)
        weights[: op.channels, taps] = op.weights.reshape(op.channels, -1)
        return self.weights(weights.reshape(-1, self.channels, count, self.taps))

    def layer(self, op: WeightedOp, count: int, weights: Array, clamp: Clamp) -> BlocksLayer | None:
        """The layer with `count` groups of packed `weights`; None where it is not exact."""
        multipliers, shifts = op.multipliers
        ours = self.shifts(shifts)
        if ours is None or not self.provable(op):
            return None
        sums = op.weights.reshape(op.channels, -1).astype(np.int64).sum(axis=1)
        folded = op.bias.astype(np.int64) - (op.inputs[0].zero_point + self.zero) * sums
        bias = folded.astype(np.uint64).astype(np.uint32).view(np.int32)
        missing = -op.channels % self.channels
        padded = (np.pad(values, (0, missing)).astype(np.int32) for values in (bias, multipliers, *ours))
        return BlocksLayer(op.channels, count, replace(op.output_codes, clamp=clamp), weights, *padded)

    def geometry(self, op: WeightedOp, offsets: NDArray[np.int32], copy: InputCopy, window: Window) -> BlocksWindows:
        """Where windows are in the copy, and `offsets` in them; see `_convolution`."""
        return BlocksWindows(
            offsets=offsets * self.unit,
            zero=op.inputs[0].zero_point,
            copy=copy.geometry,
            row_step=window.height.stride * copy.row * self.unit,
            step=window.width.stride * copy.channels * self.unit,
            height=window.height.output,
            width=window.width.output,
        )

    def call(self, kernel: str, op: WeightedOp, params: Record, copied: int) -> KernelCall:
        """All of the input, `copied` codes, is copied before anything is written."""
        leads, scratch = {0: -op.inputs[0].size}, copied * self.code + self.beyond
        return KernelCall(
            f"{kernel}_{self.kernels}", params, scratch, leads, folder=self.folder, alignment=self.alignment
        )


def _reads_all(conv: Conv2D) -> bool:
    """Whether each filter reads all channels: there may be one, of which a depthwise convolution makes several."""
    return conv.kernel == "conv2d_s8" or conv.inputs[0].shape[3] == 1


def groups(codes: Sequence[int] | NDArray[np.int64], size: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Where groups of `size` begin that cover `codes`, which ascend, and which tap of all groups each code is."""
    offsets: list[int] = []
    taps = []
    for code in map(int, codes):
        if not offsets or code >= offsets[-1] + size:
            offsets.append(code)
        taps.append((len(offsets) - 1) * size + code - offsets[-1])
    return np.array(offsets, np.int32), np.array(taps)
