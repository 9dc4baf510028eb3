"""Weights in quads: four taps that lie side by side in a copy of the input, for a block of channels at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import Array
from ..ops.conv2d import Conv2D
from ..ops.fully_connected import FullyConnected
from ..ops.max_pool2d import MaxPool2D
from ..ops.op import KernelCall
from ..ops.weighted import WeightedOp
from ..ops.window import Axis
from ..program import Step

TAPS, WINDOWS = 4, 4  # of a quad, of a step

Params = dict[str, int | Array]


@dataclass(frozen=True)
class Layout:
    """How a core's kernels, whose names are `conv2d_KERNELS` and so on, read a layer."""

    folder: str
    kernels: str
    channels: int  # of a block
    zero: int  # what is added to each code of the input
    unit: int  # of distances in the copy, in codes
    code: int  # bytes of a code in the copy, at most
    line: int  # alignment of weights in bytes
    weights: Callable[[NDArray[np.int8]], Array]  # from (blocks, channels, quads, TAPS)
    provable: Callable[[WeightedOp], bool]
    beyond: int = 0  # bytes behind the copy that are loaded, but not used
    right: int = 1  # the sign of shifts to the right
    even: int = 1  # what the quads of a fully connected layer are a multiple of

    def conv2d(self, step: Step) -> KernelCall | None:
        """A convolution: four pixels at a time."""
        match step.ops:
            case (Conv2D() as conv,) if step.call and _reads_all(conv) and self.provable(conv):
                height, width = conv.window.height, conv.window.width
                return self._convolution("conv2d", conv, Copy.of(conv), height, width, conv.clamp)
        return None

    def conv2d_max_pool2d(self, step: Step) -> KernelCall | None:
        """A convolution and the pool behind it: four pixels of a pool at a time."""
        match step.ops:
            case (Conv2D() as conv, MaxPool2D() as pool) if step.call and self.provable(conv):
                copy, window = Copy.of(conv), conv.window.then(pool.window)
                clamp = max(conv.clamp[0], pool.clamp[0]), min(conv.clamp[1], pool.clamp[1])
                call = self._convolution("conv2d_max_pool2d", conv, copy, window.height, window.width, clamp)
                rows = np.arange(pool.window.height.taps) * conv.window.height.stride * copy.row
                columns = np.arange(pool.window.width.taps) * conv.window.width.stride * copy.channels
                windows = (rows[:, None] + columns).ravel() * self.unit
                missing = -len(windows) % WINDOWS
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
            case (FullyConnected() as dense,) if step.call and self.provable(dense):
                depth = dense.weights.shape[1]
                if dense.rows > 1:
                    height, width = Axis(1, 1, 1, 1, 0, 1), Axis(dense.rows, 1, 1, 1, 0, dense.rows)
                    return self._convolution("conv2d", dense, Copy(depth, height, width), height, width, dense.clamp)
                taps = np.arange(-(-depth // (self.even * TAPS)) * self.even * TAPS)
                weights = self._packed(dense, len(taps) // TAPS, taps[:depth])
                params = {**self.layer(dense, len(taps) // TAPS, weights, dense.clamp), "depth": depth}
                return self.call("fully_connected", dense, params, len(taps))
        return None

    def _convolution(
        self, kernel: str, op: WeightedOp, copy: Copy, height: Axis, width: Axis, clamp: tuple[int, int]
    ) -> KernelCall:
        """`height` and `width` say where windows begin; `copy` has the axes of the window itself."""
        offsets, taps = quads((copy.taps[:, None] + np.arange(copy.channels)).ravel())
        layer = self.layer(op, len(offsets), self._packed(op, len(offsets), taps), clamp)
        return self.call(kernel, op, layer | self.geometry(op, offsets, copy, height, width), copy.size)

    def _packed(self, op: WeightedOp, count: int, taps: NDArray[np.int64]) -> Array:
        """Weights as the kernel reads them: `taps` says where each of a filter is among the taps of `count` quads."""
        blocks = -(-op.channels // self.channels)
        weights = np.zeros((blocks * self.channels, count * TAPS), np.int8)
        weights[: op.channels, taps] = op.weights.reshape(op.channels, -1)
        return self.weights(weights.reshape(blocks, self.channels, count, TAPS))

    def layer(self, op: WeightedOp, count: int, weights: Array, clamp: tuple[int, int]) -> Params:
        """The layer's struct, with `count` quads of packed `weights`."""
        sums = op.weights.reshape(op.channels, -1).astype(np.int64).sum(axis=1)
        folded = op.bias.astype(np.int64) - (op.inputs[0].zero_point + self.zero) * sums
        multipliers, shifts = op.multipliers
        channels = {
            "bias": folded.astype(np.uint64).astype(np.uint32).view(np.int32),
            "multipliers": multipliers,
            "lefts": np.maximum(shifts, 0),
            "rights": np.maximum(-shifts, 0) * self.right,
        }
        missing = -op.channels % self.channels
        params: Params = {
            "channels": op.channels,
            "quads": count,
            "output_zero_point": op.output.zero_point,
            "output_min": clamp[0],
            "output_max": clamp[1],
            "weights": weights,
            **{field: np.pad(values, (0, missing)).astype(np.int32) for field, values in channels.items()},
        }
        return {f"layer.{field}": value for field, value in params.items()}

    def geometry(self, op: WeightedOp, offsets: NDArray[np.int32], copy: Copy, height: Axis, width: Axis) -> Params:
        """Where windows are in the copy, and `offsets` in them; see `_convolution`."""
        return {
            "offsets": offsets * self.unit,
            "zero": op.inputs[0].zero_point,
            **copy.params,
            "row_step": height.stride * copy.row * self.unit,
            "step": width.stride * copy.channels * self.unit,
            "height": height.output,
            "width": width.output,
        }

    def call(self, kernel: str, op: WeightedOp, params: Params, copied: int) -> KernelCall:
        """All of the input, `copied` codes, is copied before anything is written."""
        leads = {0: -op.inputs[0].size}
        name, scratch = f"{kernel}_{self.kernels}", copied * self.code + self.beyond
        return KernelCall(name, params, scratch, leads, folder=self.folder, alignment=self.line)


@dataclass(frozen=True)
class Copy:
    """The input as the convolutions copy it: with zeros around it, so that no window reaches over the edge."""

    channels: int
    height: Axis
    width: Axis

    @classmethod
    def of(cls, conv: Conv2D) -> Copy:
        return cls(conv.inputs[0].shape[3], conv.window.height, conv.window.width)

    @property
    def row(self) -> int:
        """Codes of each row."""
        return _extent(self.width) * self.channels

    @property
    def taps(self) -> NDArray[np.int64]:
        """Where the taps of a window are, in codes from its first."""
        rows = np.arange(self.height.taps) * self.height.dilation * self.row
        columns = np.arange(self.width.taps) * self.width.dilation * self.channels
        return (rows[:, None] + columns).ravel()

    @property
    def size(self) -> int:
        """Codes, and those behind it that a quad may reach."""
        return _extent(self.height) * self.row + TAPS

    @property
    def params(self) -> Params:
        rows, columns = _reached(self.height), _reached(self.width)
        row = self.width.input * self.channels
        if (columns, _extent(self.width)) == (self.width.input, self.width.input):
            # Nothing between the rows: they are one.
            inside = {"rows": 1, "row": rows * row}
        else:
            inside = {"rows": rows, "row": columns * self.channels}
        below = (_extent(self.height) - self.height.pad - rows) * self.row
        after = (_extent(self.width) - self.width.pad - columns) * self.channels
        return {
            **inside,
            "input_row": row,
            "above": self.height.pad * self.row + self.width.pad * self.channels,
            "between": after + self.width.pad * self.channels,
            "below": after + below + TAPS,
        }


def _reads_all(conv: Conv2D) -> bool:
    """Whether each filter reads all channels: there may be one, of which a depthwise convolution makes several."""
    return conv.kernel == "conv2d_s8" or conv.inputs[0].shape[3] == 1


def _extent(axis: Axis) -> int:
    """Positions from the first tap of the first window to the last of the last."""
    return (axis.output - 1) * axis.stride + (axis.taps - 1) * axis.dilation + 1


def _reached(axis: Axis) -> int:
    """Positions of the input that lie under windows, or between them."""
    return min(axis.input, _extent(axis) - axis.pad)


def quads(codes: Sequence[int] | NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Where the quads begin that cover `codes`, which ascend, and which tap of all quads each code is."""
    offsets: list[int] = []
    taps = []
    for code in map(int, codes):
        if not offsets or code >= offsets[-1] + TAPS:
            offsets.append(code)
        taps.append((len(offsets) - 1) * TAPS + code - offsets[-1])
    return np.array(offsets, np.int32), np.array(taps)
