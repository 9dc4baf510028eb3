"""Cores without SIMD: two codes, or two weights, 16 bits apart in one word, so that one multiplication is two MACs.

Terms are added in groups of which each sum is proved, from the real weights, to stay within its 16 bits. How the inner
loops read the weights is each core's own: thumb.py, rv32imc.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...fixed_point import INT8_MIN, Array
from ...ops.conv2d import Conv2D
from ...ops.fully_connected import FullyConnected
from ...ops.kernel import KernelCall, Part, Record
from ...ops.max_pool2d import MaxPool2D
from ...ops.records import Clamp, ConvGeometry, DenseShape, OutputCodes, Pooling
from ...ops.weighted import WeightedOp
from ...program.fusion import pooled_clamp
from ...program.program import Step
from ..target import Pack
from .short_scale import scales

_WINDOWS = 4
_COLUMNS = 8
_SMALL = 16384  # bytes
CODE = 255  # the largest unsigned code
_REACH = 0xFFFF // CODE  # of the weights of a group: how far apart its sums can be, in codes
TERMS, _STEPS = 2, 16  # terms per step, steps of a group at most


@dataclass(frozen=True, eq=False)
class ScaleParams(Record):
    """What all output channels have in common when their sums become codes, see short_scale.py."""

    output: OutputCodes
    shift: int


@dataclass(frozen=True, eq=False)
class Scaled(Part):
    """The same with what each has of its own."""

    scale: ScaleParams
    scales: Array


@dataclass(frozen=True, eq=False)
class SwarConvolution(Record):
    """A convolution; `stream` has the weights, as the core reads them."""

    geometry: ConvGeometry
    arithmetic: Scaled
    stream: Record


@dataclass(frozen=True, eq=False)
class SwarPool(Record):
    """The same and a pool, whose windows begin at `offsets` from its first, which reaches to `last_y` and `last_x`."""

    conv: SwarConvolution
    pooling: Pooling
    last_y: int
    last_x: int
    blocks: int
    offsets: Array


@dataclass(frozen=True, eq=False)
class Columns(Record):
    """A fully connected layer with unsigned bytes as its weights, eight channels side by side."""

    shape: DenseShape
    arithmetic: Scaled
    weights: Array


@dataclass(frozen=True)
class Swar:
    """The kernels of a core that multiplies two codes at once."""

    folder: str
    channels: int
    """Whose weights one loop reads."""
    stream: Callable[[Array], tuple[Record, Array]]
    """How weights (blocks, channels, terms) are laid out, and the sum of the starts of each channel's groups."""

    def conv2d_max_pool2d(self, step: Step) -> KernelCall | None:
        """A convolution and the pool behind it, four windows of a pool at a time."""
        match step.ops:
            case (Conv2D() as conv, MaxPool2D() as pool) if step.call and conv.kernel == "conv2d_s8":
                ours = self._convolution(conv, pooled_clamp(conv, pool))
                if ours is None:
                    return None
                whole = conv.window.then(pool.window)
                taps = [(y, x) for y in range(pool.window.height.taps) for x in range(pool.window.width.taps)]
                taps += taps[-1:] * (-len(taps) % _WINDOWS)
                row, pixel = conv.inputs[0].shape[2] * conv.inputs[0].shape[3], conv.inputs[0].shape[3]
                steps = conv.window.height.stride * row, conv.window.width.stride * pixel
                params = SwarPool(
                    conv=ours,
                    pooling=pool.pooling,
                    last_y=whole.height.input - whole.height.taps,
                    last_x=whole.width.input - whole.width.taps,
                    blocks=len(taps) // _WINDOWS,
                    offsets=np.array([y * steps[0] + x * steps[1] for y, x in taps], np.int32),
                )
                return self._call("conv2d_max_pool2d_swar_s8", conv, params, step.call.leads)
        return None

    def conv2d(self, step: Step) -> KernelCall | None:
        """A convolution, four pixels of a row at a time; not where a row is a single pixel."""
        match step.ops:
            case (Conv2D() as conv,) if conv.kernel == "conv2d_s8" and conv.window.width.output > 1:
                lead = conv.window.lead(conv.inputs[0].shape[3], conv.channels, block=_WINDOWS)
                params = self._convolution(conv, conv.output_codes.clamp)
                return self._call("conv2d_swar_s8", conv, params, {0: lead}) if params else None
        return None

    def fully_connected(self, step: Step) -> KernelCall | None:
        """A fully connected layer, eight channels at a time, its weights as small as they were."""
        match step.ops:
            case (FullyConnected() as op,):
                zeros = np.zeros(op.channels, np.int64)
                arithmetic = scaled(op, zeros, op.output_codes.clamp, least=0)
                if arithmetic is None:
                    return None
                padded = np.pad(op.weights, ((0, -op.channels % _COLUMNS), (0, 0))).astype(np.int16) + 128
                columns = padded.reshape(-1, _COLUMNS, op.weights.shape[1]).transpose(0, 2, 1).astype(np.uint8)
                params = Columns(op.shape, arithmetic, columns)
                return KernelCall("fully_connected_columns_s8", params, folder=self.folder)
        return None

    def _convolution(self, conv: Conv2D, clamp: Clamp) -> SwarConvolution | None:
        """The convolution with that clamp."""
        weights = even(conv.weights.reshape(conv.channels, -1))
        filters = np.pad(weights, ((0, self._padded(conv) - conv.channels), (0, 0))).astype(np.int64)
        stream, starts = self.stream(filters.reshape(-1, self.channels, filters.shape[1]))
        arithmetic = scaled(conv, starts.ravel()[: conv.channels], clamp)
        return SwarConvolution(conv.geometry, arithmetic, stream) if arithmetic else None

    def _call(self, kernel: str, conv: Conv2D, params: Record, leads: Mapping[int, int]) -> KernelCall:
        terms = conv.weights.size // conv.channels
        scratch = 4 * (1 + 2 * (terms + terms % TERMS) + 1 + _WINDOWS * self._padded(conv))
        return KernelCall(kernel, params, scratch, leads, folder=self.folder)

    def _padded(self, conv: Conv2D) -> int:
        """Its channels, and those that fill the last loop."""
        return -(-conv.channels // self.channels) * self.channels


def if_small(pack: Pack) -> Pack:
    """`pack` where its constants stay small: one weight takes four bytes and more."""

    def packed(step: Step) -> KernelCall | None:
        call = pack(step)
        return call if call and sum(array.nbytes for array in call.params.arrays().values()) <= _SMALL else None

    return packed


def scaled(op: WeightedOp, starts: Array, clamp: Clamp, least: int = INT8_MIN) -> Scaled | None:
    """How sums of (code - `least`) that begin at `starts` become output codes; None where one could leave int32."""
    weights = op.weights.reshape(op.channels, -1).astype(np.int64)
    zero = op.inputs[0].zero_point - least
    offset = op.bias.astype(np.int64) - zero * weights.sum(axis=1) - starts
    reach = starts + CODE * np.abs(weights).sum(axis=1)
    found = scales(op, offset, reach, clamp.output_min, clamp.output_max)
    if found is None:
        return None
    rows, shift = found
    return Scaled(ScaleParams(replace(op.output_codes, clamp=clamp), shift), rows)


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
