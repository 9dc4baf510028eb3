"""PCs: 16 channels at once with AVX-512 VNNI, 8 with AVX2, plain C elsewhere; the processor is asked when code runs."""

from __future__ import annotations

from collections.abc import Sequence
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
from .target import Target

FOLDER = "x86_64"
_CHANNELS, _TAPS, _WINDOWS = 16, 4, 4  # of a block, of a quad, of a step
_CODE = 2  # bytes of a code in a kernel's copy of its input, at most
_LINE = 64  # bytes of a cache line, and of the weights that are loaded at once

Params = dict[str, int | Array]


def conv2d(step: Step) -> KernelCall | None:
    """A convolution: four pixels at a time."""
    match step.ops:
        case (Conv2D() as conv,) if step.call and conv.kernel == "conv2d_s8" and _provable(conv):
            height, width = conv.window.height, conv.window.width
            return _convolution("conv2d_s8", conv, _Copy.of(conv), height, width, conv.clamp)
    return None


def conv2d_max_pool2d(step: Step) -> KernelCall | None:
    """A convolution and the pool behind it: four pixels of a pool at a time."""
    match step.ops:
        case (Conv2D() as conv, MaxPool2D() as pool) if step.call and _provable(conv):
            copy, window = _Copy.of(conv), conv.window.then(pool.window)
            clamp = pooled_clamp(conv, pool)
            call = _convolution("conv2d_max_pool2d_s8", conv, copy, window.height, window.width, clamp)
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


def fully_connected(step: Step) -> KernelCall | None:
    """A fully connected layer; of several rows each is a pixel of a convolution."""
    match step.ops:
        case (FullyConnected() as dense,) if step.call and _provable(dense):
            depth = dense.weights.shape[1]
            if dense.rows > 1:
                height, width = Axis(1, 1, 1, 1, 0, 1), Axis(dense.rows, 1, 1, 1, 0, dense.rows)
                return _convolution("conv2d_s8", dense, _Copy(depth, height, width), height, width, dense.clamp)
            taps = np.arange(-(-depth // (2 * _TAPS)) * 2 * _TAPS)  # an even number of quads
            params = {**_layer(dense, len(taps) // _TAPS, taps[:depth], dense.clamp), "depth": depth}
            return _call("fully_connected_s8", dense, params, len(taps))
    return None


def _provable(op: WeightedOp) -> bool:
    """Whether no sum of taps leaves int32, although codes are read as 0 .. 255, and no half that is added to round."""
    weights = np.abs(op.weights.reshape(op.channels, -1).astype(np.int64)).sum(axis=1)
    half = 1 << max(0, -int(op.multipliers[1].min())) >> 1
    return int(weights.max()) * 255 <= INT32_MAX and op.accumulator_bound + half <= INT32_MAX


@dataclass(frozen=True)
class _Copy:
    """The input as the convolutions copy it: with zeros around it, so that no window reaches over the edge."""

    channels: int
    height: Axis
    width: Axis

    @classmethod
    def of(cls, conv: Conv2D) -> _Copy:
        return cls(conv.inputs[0].shape[3], conv.window.height, conv.window.width)

    @property
    def row(self) -> int:
        """Codes of each row."""
        return _extent(self.width) * self.channels

    @property
    def size(self) -> int:
        """Codes, and those behind it that a quad may reach."""
        return _extent(self.height) * self.row + _TAPS

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
            "below": after + below + _TAPS,
        }


def _extent(axis: Axis) -> int:
    """Positions from the first tap of the first window to the last of the last."""
    return (axis.output - 1) * axis.stride + (axis.taps - 1) * axis.dilation + 1


def _reached(axis: Axis) -> int:
    """Positions of the input that lie under windows, or between them."""
    return min(axis.input, _extent(axis) - axis.pad)


def _convolution(
    kernel: str, op: WeightedOp, copy: _Copy, height: Axis, width: Axis, clamp: tuple[int, int]
) -> KernelCall:
    """`height` and `width` say where windows begin; `copy` has the axes of the window itself."""
    rows = np.arange(copy.height.taps) * copy.height.dilation * copy.row
    columns = np.arange(copy.width.taps) * copy.width.dilation * copy.channels
    codes = (rows[:, None, None] + columns[:, None] + np.arange(copy.channels)).ravel()
    offsets, taps = quads(codes)
    params = {
        **_layer(op, len(offsets), taps, clamp),
        "offsets": offsets,
        "zero": op.inputs[0].zero_point,
        **copy.params,
        "row_step": height.stride * copy.row,
        "step": width.stride * copy.channels,
        "height": height.output,
        "width": width.output,
    }
    return _call(kernel, op, params, copy.size)


def quads(codes: Sequence[int] | NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Where the quads begin that cover `codes`, which ascend, and which tap of all quads each code is."""
    offsets: list[int] = []
    taps = []
    for code in map(int, codes):
        if not offsets or code >= offsets[-1] + _TAPS:
            offsets.append(code)
        taps.append((len(offsets) - 1) * _TAPS + code - offsets[-1])
    return np.array(offsets, np.int32), np.array(taps)


def _layer(op: WeightedOp, count: int, taps: NDArray[np.int64], clamp: tuple[int, int]) -> Params:
    """edgecnn_x86_layer: `taps` says where each weight of a filter is among the taps of `count` quads."""
    flat = op.weights.reshape(op.channels, -1)
    blocks = -(-op.channels // _CHANNELS)
    weights = np.zeros((blocks * _CHANNELS, count * _TAPS), np.int8)
    weights[: op.channels, taps] = flat
    folded = op.bias.astype(np.int64) - (op.inputs[0].zero_point + 128) * flat.astype(np.int64).sum(axis=1)
    multipliers, shifts = op.multipliers
    channels = {
        "bias": folded.astype(np.uint64).astype(np.uint32).view(np.int32),
        "multipliers": multipliers,
        "lefts": np.maximum(shifts, 0),
        "rights": np.maximum(-shifts, 0),
    }
    missing = blocks * _CHANNELS - op.channels
    params: Params = {
        "channels": op.channels,
        "quads": count,
        "output_zero_point": op.output.zero_point,
        "output_min": clamp[0],
        "output_max": clamp[1],
        "weights": weights.reshape(blocks, _CHANNELS, count, _TAPS).transpose(0, 2, 1, 3),
        **{field: np.pad(values, (0, missing)).astype(np.int32) for field, values in channels.items()},
    }
    return {f"layer.{field}": value for field, value in params.items()}


def _call(kernel: str, op: WeightedOp, params: Params, copied: int) -> KernelCall:
    """All of the input is copied before anything is written."""
    leads = {0: -op.inputs[0].size}
    return KernelCall(kernel, params, copied * _CODE, leads, folder=FOLDER, alignment=_LINE)


KERNELS = (conv2d_max_pool2d, conv2d, fully_connected)

X86_64 = Target(
    "x86-64",
    "x86-64 with AVX-512 VNNI, AVX2 or neither",
    {"balanced": KERNELS, "speed": KERNELS},
    alignment=_LINE,
    machines=("x86_64", "AMD64"),
)
