"""Fully connected layers, four channels at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....fixed_point import Array
from ....ops.fully_connected import FullyConnected
from ....ops.kernel import KernelCall, Record
from ....ops.records import Clamp, DenseShape
from ....program.program import Step
from .scales import FOLDER, pairs, requantization, scaled_bias

_BITS = 8


@dataclass(frozen=True, eq=False)
class Quads(Record):
    """`weights` has, for each four channels, biases, words and how sums become codes."""

    shape: DenseShape
    clamp: Clamp
    weights: Array


def fully_connected(step: Step) -> KernelCall | None:
    """Four channels at once; weights in halves w1 - 256 * w0, sums scaled by 2**8."""
    match step.ops:
        case (FullyConnected() as dense,):
            return _call(dense)
    return None


def _call(dense: FullyConnected) -> KernelCall | None:
    channels, depth = dense.weights.shape
    fill = -channels % 4, -depth % 4
    weights = np.pad(dense.weights.astype(np.int64), [(0, fill[0]), (0, fill[1])])
    halves = weights[:, 1::2] - 256 * weights[:, ::2]
    to_codes = requantization(dense, _BITS)
    # The kernel adds 128 to every other input, and its bias takes that off again.
    shifted = (scaled_bias(dense, 0) - 128 * dense.weights[:, ::2].astype(np.int64).sum(axis=1)) << _BITS
    if to_codes is None or halves.max() >= 2**15:  # they are at least 127 * -256 - 128
        return None
    words = pairs(halves.reshape(len(weights) // 4, 4, -1, 2)).transpose(0, 2, 1).reshape(len(weights) // 4, -1)
    bias = np.pad(shifted, (0, fill[0])).reshape(-1, 4).astype(np.int32)
    packed = np.hstack([bias, words, np.pad(to_codes, [(0, fill[0]), (0, 0)]).reshape(len(bias), -1)])
    params = Quads(dense.shape, dense.output_codes.clamp, packed)
    # A row is read before its codes are written, and a single one has then been read to the end.
    lead = max(row * (channels - depth) for row in (1, dense.rows - 1)) if dense.rows > 1 else -depth
    return KernelCall("fully_connected_quads_s8", params, 2 * (depth + fill[1]), {0: lead}, folder=FOLDER)
