"""Convolutions in blocks of two channels and two pixels, fused with max pooling or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ....fixed_point import Array
from ....ops.conv2d import Conv2D
from ....ops.kernel import KernelCall, Record
from ....ops.max_pool2d import MaxPool2D
from ....ops.records import Clamp, DilatedWindow, Pooling
from ....program.fusion import pooled_clamp
from ....program.program import Step
from ...target import Pack
from .scales import BITS, FOLDER, Words, pairs, requantization, scaled_bias


@dataclass(frozen=True, eq=False)
class PatchWindow(Record):
    """Where windows lie, what is under those that reach over the edge, and the bytes of a filter's row in a patch."""

    window: DilatedWindow
    input_zero_point: int
    row: int


@dataclass(frozen=True, eq=False)
class PairsConvolution(Record):
    """Weights of pairs of channels and `taps`, with their biases; `direct` is whether the input serves as a patch."""

    window: PatchWindow
    output_channels: int
    clamp: Clamp
    direct: int
    taps: int
    weights: Array
    requantization: Array


@dataclass(frozen=True, eq=False)
class PairsPool(Record):
    """The same and a pool: so many rows of the input are expanded once for it, into so many bytes."""

    conv: PairsConvolution
    pooling: Pooling
    shared_rows: int
    words_size: int


@dataclass(frozen=True)
class Block:
    """How the inner loop of a convolution takes its weights."""

    suffix: str
    """Of the kernels' names."""
    bits: int
    """By how many the words' weights and biases are scaled."""
    words: Callable[[Array], Words]
    """Words (pairs of channels, ...) of weights (pairs of channels, 2, fours, 4)."""


def _int16(weights: Array) -> Words:
    """For each four taps the pairs (0, 2) of both channels and (1, 3) of both."""
    *outer, fours, _ = weights.shape
    return pairs(weights.reshape(*outer, fours, 2, 2).transpose(0, 2, 4, 1, 3))


def _int8(weights: Array) -> Words:
    """For each four taps a word of each channel."""
    words: Words = np.ascontiguousarray(weights.transpose(0, 2, 1, 3).astype(np.int8)).view("<i4").astype(np.int32)
    return words


W16, W8 = Block("pairs_w16_s8", BITS, _int16), Block("pairs_s8", 0, _int8)


def conv2d(block: Block) -> Pack:
    """Convolutions with the kernel of `block`."""

    def pack(step: Step) -> KernelCall | None:
        match step.ops:
            case (Conv2D() as conv,) if conv.kernel == "conv2d_s8" and (params := _params(conv, block)):
                leads = {0: conv.window.lead(conv.inputs[0].shape[3], conv.channels)}
                return KernelCall(f"conv2d_{block.suffix}", params, _words_size(conv, params), leads, folder=FOLDER)
        return None

    return pack


def conv2d_max_pool2d(block: Block) -> Pack:
    """Convolutions and the pools behind them: the largest of a window's sums becomes a code."""

    def pack(step: Step) -> KernelCall | None:
        match step.ops:
            case (Conv2D() as conv, MaxPool2D() as pool) if params := _params(conv, block):
                return _fused(f"conv2d_max_pool2d_{block.suffix}", conv, pool, params)
        return None

    return pack


def _fused(kernel: str, conv: Conv2D, pool: MaxPool2D, params: PairsConvolution) -> KernelCall:
    height, size = conv.window.height, _words_size(conv, params)
    shared = 0
    if params.direct and conv.window.inside and pool.window.width.taps == 2:
        shared = height.taps + (pool.window.height.taps - 1) * height.stride
        size = 4 * shared * params.window.row
    fused = PairsPool(replace(params, clamp=pooled_clamp(conv, pool)), pool.pooling, shared, size)
    leads = {0: conv.window.then(pool.window).lead(conv.inputs[0].shape[3], conv.channels)}
    return KernelCall(kernel, fused, size + 4 * (conv.channels + conv.channels % 2), leads, folder=FOLDER)


def patch_window(conv: Conv2D, row: int) -> PatchWindow:
    """The windows of `conv`; `row` bytes are a filter's row in a patch."""
    return PatchWindow(conv.dilated_window, conv.inputs[0].zero_point, row)


def _params(conv: Conv2D, block: Block) -> PairsConvolution | None:
    """Weights as the block takes them, two biases before those of two channels, and how sums become codes."""
    to_codes = requantization(conv)
    if to_codes is None:
        return None
    patch, row, direct = _patches(conv)
    weights = _even(patch << block.bits).reshape(-1, 2, patch.shape[1] // 4, 4)
    bias = _even(scaled_bias(conv, block.bits)).reshape(-1, 2).astype(np.int32)
    return PairsConvolution(
        window=patch_window(conv, row),
        output_channels=conv.channels,
        clamp=conv.output_codes.clamp,
        direct=int(direct),
        taps=patch.shape[1],
        weights=np.hstack([bias, block.words(weights).reshape(len(bias), -1)]),
        requantization=to_codes,
    )


def _words_size(conv: Conv2D, params: PairsConvolution) -> int:
    """Bytes of two pixels' words, and of the copies of their patches where they are not read from the input."""
    copied = not (params.direct and conv.window.inside)
    return params.taps * (6 if copied else 4)


def _even(values: Array) -> Array:
    """One channel of zeros more where their number is odd."""
    return np.pad(values, [(0, len(values) % 2), *[(0, 0)] * (values.ndim - 1)])


def _patches(conv: Conv2D) -> tuple[Array, int, bool]:
    """Weights (channels, taps) in the order of a patch, the bytes of its rows, and whether the input may serve as one.

    It may where rows are filled up to whole words, which is done if it costs little.
    """
    _, height, width, channels = conv.weights.shape
    run = width * channels
    row = -(-run // 4) * 4
    apart = height * row
    together = -(-height * run // 4) * 4
    direct = run >= 4 and conv.window.width.dilation == conv.window.height.dilation == 1 and 8 * apart <= 9 * together
    weights = conv.weights.reshape(conv.channels, height, run).astype(np.int64)
    if direct:
        patch = np.pad(weights, [(0, 0), (0, 0), (0, row - run)]).reshape(conv.channels, -1)
    else:
        patch = weights.reshape(conv.channels, -1)
        patch = np.pad(patch, [(0, 0), (0, together - patch.shape[1])])
    return patch, row if direct else run, direct
