"""Cortex-M0+ and M3: two codes, or two weights, in a word; the weights are words in a stream with jumps among them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ...fixed_point import Array
from ...ops.fully_connected import FullyConnected
from ...ops.kernel import KernelCall, Record
from ...ops.records import DenseShape
from ...program.program import Step
from .swar import CODE, TERMS, Scaled, Swar, even, groups, scaled

_BLOCK_END, _END = 0, -2


@dataclass(frozen=True, eq=False)
class Words(Record):
    """Weights of one channel after the other, see `_ladder`."""

    words: Array


@dataclass(frozen=True, eq=False)
class SwarDense(Record):
    """A fully connected layer; `stream` has the weights of four channels at a time."""

    shape: DenseShape
    arithmetic: Scaled
    stream: Array


def fully_connected(step: Step) -> KernelCall | None:
    """A fully connected layer, four channels at a time."""
    match step.ops:
        case (FullyConnected() as op,):
            channels = -(-op.channels // 4) * 4
            weights = even(np.pad(op.weights, ((0, channels - op.channels), (0, 0))))
            stream, starts = _ladder(weights.reshape(-1, 4, weights.shape[1]).astype(np.int64))
            arithmetic = scaled(op, starts.ravel()[: op.channels], op.output_codes.clamp)
            if arithmetic is None:
                return None
            params, scratch = SwarDense(op.shape, arithmetic, stream), 4 * (1 + weights.shape[1] + 1 + channels)
            return KernelCall("fully_connected_swar_s8", params, scratch, folder=SWAR.folder)
    return None


def _ladder(blocks: Array) -> tuple[NDArray[np.int32], Array]:
    """What swar_s8.h reads for weights (blocks, 1 or 4 channels, terms), and the sum of the starts of each channel.

    One channel stands for itself and its two sums are of two codes; the words of four channels hold two weights each.
    """
    words: list[int] = []
    starts = np.zeros(blocks.shape[:2], np.int64)
    lanes = blocks.shape[1]
    turn = 4 * blocks.shape[2] * (1 if lanes == 4 else 2)
    header = [0] * (lanes // 4)
    for block, total in zip(blocks, starts, strict=True):
        for group in groups(block):
            start = CODE * np.maximum(-group, 0).sum(axis=1)
            total += start
            words += [*_pairs(np.resize(start, max(2, lanes))), -26 - 20 * (group.shape[1] // TERMS)]
            words += chain.from_iterable(_pairs(term) if lanes == 4 else term for term in group.T.tolist())
        words += [turn, *header, _BLOCK_END]
    words += [0, *header, _END]
    return np.array(words, np.int64).astype(np.uint32).view(np.int32), starts


def _pairs(values: Array | list[int]) -> list[int]:
    """Two in a word, the first one below."""
    return [int(values[i]) + (int(values[i + 1]) << 16) for i in range(0, len(values), 2)]


def _windows(blocks: Array) -> tuple[Words, Array]:
    words, starts = _ladder(blocks)
    return Words(words), starts


SWAR = Swar("swar/thumb", channels=1, stream=_windows)
