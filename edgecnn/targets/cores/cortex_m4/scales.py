"""Numbers with which the kernels bring sums to codes: MBQM, exactly, in half the instructions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ....fixed_point import Array
from ....ops.weighted import WeightedOp

Words = NDArray[np.int32]
FOLDER = "cortex_m4"
BITS = 2
"""Sums are scaled by 2**BITS, but for those of fully connected layers."""


def scales(multipliers: tuple[Array, Array], zero_point: int, bound: int, bits: int) -> Words | None:
    """(offset, multiplier, below_zero, shift) of each quantized multiplier, (n, 4), for numbers scaled by 2**bits.

    With P = number * multiplier / 2**32, MBQM and the zero point are (floor(P) + offset + (number < 0) * below_zero) >>
    shift: the first rounding adds half of 2**(bits - 1), which is 1 after it, the second half of 2**shift less that 1
    where the number is negative, if it shifts at all; floors of sums with integers commute. A negative number that the
    first rounding makes 0 is 0 either way. None where something would leave int32, `bound` being the largest number.
    """
    values, shifts = (np.asarray(part).astype(np.int64) for part in multipliers)
    one = bits - 1 - np.maximum(shifts, 0)  # log2 of what 1 is after the first rounding
    right = np.maximum(-shifts, 0)
    shift = one + right
    if bound << bits > 2**31 - 1 or one.min() < 1 or shift.max() > 22:
        return None
    half = np.where(right > 0, 1 << shift >> 1, 0)
    offset = (1 << one >> 1) + half + (zero_point << shift)
    below_zero = np.where(right > 0, -(1 << one), 0)
    words: Words = np.stack([offset, values, below_zero, shift], axis=1).astype(np.int32)
    return words


def requantization(op: WeightedOp, bits: int = BITS) -> Words | None:
    """From sums scaled by 2**bits to codes, (channels, 4)."""
    return scales(op.multipliers, op.output.zero_point, op.accumulator_bound, bits)


def pairs(values: Array) -> Words:
    """int16 pairs (..., n, 2) as words (..., n), the first in the lower half."""
    halves: Words = np.ascontiguousarray(values.astype("<i2")).view("<i4")[..., 0].astype(np.int32)
    return halves


def scaled_bias(op: WeightedOp, bits: int = BITS) -> Array:
    """Biases (channels,) with the input's zero point folded in, times 2**bits."""
    weights = op.weights.reshape(op.channels, -1).astype(np.int64).sum(axis=1)
    biases: Array = (op.bias - op.inputs[0].zero_point * weights) << bits
    return biases
