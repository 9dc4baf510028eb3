"""Requantization without 64-bit products: a few short ones, checked on every accumulator at which the code changes.

That mostly succeeds where the clamp begins at the zero point, as behind a ReLU. Codes below the zero point are rounded
the other way, so that no one line leads through all of them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...fixed_point import INT32_MAX, INTEGERS, Array
from ...ops.weighted import WeightedOp

_FRACTION = 24  # bits of a code behind the point
_SEARCH = 256  # factors on either side of the true one
_NEAR = 16  # factors that are tried before the others: mostly one of them serves


def scales(op: WeightedOp, offset: Array, reach: Array, low: int, high: int) -> tuple[NDArray[np.int32], int] | None:
    """Rows (bias, limit, factor, rounding, rest) as scale_s8.h reads them, and the shift that they share.

    `offset` (channels,) is added to the sums, which lie within +-`reach` (channels,), to get the accumulators. Where no
    such row is exact it is (bias, 0, multiplier, shift, 0), for the long way. None where a sum could leave int32.
    """
    multipliers, shifts = (values.astype(np.int64) for values in op.multipliers)
    real = multipliers / 2.0 ** (31 - shifts)
    shift = int(np.clip((32 - _FRACTION - math.ceil(math.log2(max(real.max(), 1e-9)))) // 2, 1, 12))
    first = _thresholds(op, low, high)
    rows = []
    for channel, thresholds in enumerate(first):
        base = int(thresholds[0]) - 1 if len(thresholds) else 0
        found = None
        if len(thresholds) and abs(int(offset[channel]) - base) + reach[channel] <= INT32_MAX:
            found = _fit(thresholds - base, float(real[channel]), shift)
        if found is None:
            base, found = 0, (0, int(multipliers[channel]), int(shifts[channel]), 0)
        rows.append((int(offset[channel]) - base, *found))
    table = np.array(rows, np.int64)
    if (np.abs(table[:, 0]) + reach).max() > INT32_MAX:
        return None
    return table.astype(np.uint32).view(np.int32), shift


def _thresholds(op: WeightedOp, low: int, high: int) -> list[Array]:
    """Of each channel: the least accumulator of each code above `low`; none where one is beyond int32."""
    multipliers, shifts = (values.astype(np.int64)[:, None] for values in op.multipliers)
    codes = np.arange(low + 1, high + 1)[None, :]
    limit = INT32_MAX >> np.maximum(shifts, 0)
    below = np.broadcast_to(-limit, (op.channels, codes.shape[1])).copy()  # not yet the code, if it is ever below
    above = -below
    lost = (_code(op, below, multipliers, shifts) >= codes) | (_code(op, above, multipliers, shifts) < codes)
    while (above - below > 1).any():
        middle = (below + above) // 2
        reached = _code(op, middle, multipliers, shifts) >= codes
        above, below = np.where(reached, middle, above), np.where(reached, below, middle)
    return [row[:0] if gone.any() else row for row, gone in zip(above, lost, strict=True)]


def _code(op: WeightedOp, accumulators: Array, multipliers: Array, shifts: Array) -> Array:
    return INTEGERS.mbqm(accumulators, multipliers, shifts) + op.output.zero_point


def _fit(first: Array, real: float, shift: int) -> tuple[int, int, int, int] | None:
    """(limit, factor, rounding, rest) that give code k from accumulator first[k - 1] on, or None."""
    limit = int(first[-1])
    if limit >= 1 << 24:  # limit * rest would leave 32 bits
        return None
    exact = round(real * 2.0 ** (_FRACTION + shift + 8))
    factors = exact + np.array(sorted(range(-_SEARCH, _SEARCH + 1), key=abs), np.int64)[:, None]
    codes = np.arange(1, len(first) + 1, dtype=np.int64)[None, :] << _FRACTION
    for some in (factors[:_NEAR], factors[_NEAR:]):
        least = (codes - _scaled(first[None, :], some, shift)).max(axis=1)
        most = (codes - 1 - _scaled(first[None, :] - 1, some, shift)).min(axis=1)
        top = _scaled(np.array([[limit]]), some, shift)[:, 0] + least
        fine = (least <= most) & (least >= 0) & (top < 2**32) & (some[:, 0] >= 0)
        fine &= some[:, 0] >> 8 < 1 << (32 - shift)
        if fine.any():
            best = int(np.argmax(fine))
            return limit, int(some[best, 0]) >> 8, int(least[best]), int(some[best, 0]) & 255
    return None


def _scaled(accumulators: Array, factors: Array, shift: int) -> Array:
    """What scale_s8.h computes, before rounding."""
    scaled: Array = (accumulators * (factors >> 8) >> shift) + (accumulators * (factors & 255) >> (8 + shift))
    return scaled
