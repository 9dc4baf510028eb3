"""Requantization of 24-bit sums by one product with a 32-bit factor, on either side of zero with a rounding of its own.

Every code up to which an accumulator can reach is checked where it begins, against MBQM: see scale24.h.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ....fixed_point import INTEGERS, Array
from ....ops.weighted import WeightedOp

REACH = 2**23 - 1  # of accumulators

_CODE = 40  # the product's bit at which the code begins
_ROUNDING = 16  # and its bit at which the rounding does, 24 of them
_FACTOR = 32  # bits
_SEARCH = 256  # factors on either side of the true one
_NEAR = 17  # of them, which mostly hold it


def scales(op: WeightedOp, offset: Array, reach: Array, low: int, high: int) -> NDArray[np.uint8] | None:
    """Rows (channels, 20) as scale24.h reads them; None where a channel has none that is exact.

    `offset` (channels,) is added to the sums to get the accumulators, which lie within +-`reach` (channels,).
    """
    zero_point = op.output.zero_point
    if not low <= zero_point <= high or reach.max() > REACH:
        return None
    sides = [_first(op, sign, count, reach) for sign, count in ((1, high - zero_point), (-1, zero_point - low))]
    multipliers, shifts = op.multipliers
    rows = []
    for channel in range(op.channels):
        real = float(multipliers[channel]) * 2.0 ** (int(shifts[channel]) - 31)
        found = _fit([side[channel] for side in sides], int(reach[channel]), real)
        if found is None:
            return None
        shift, factor, roundings = found
        row = (int(offset[channel]) % 2**24).to_bytes(3, "little") + factor.to_bytes(4, "little") + bytes([shift])
        for side, rounding in zip(sides, roundings, strict=True):
            limit = int(side[channel][-1]) if side.shape[1] else 0
            row += limit.to_bytes(3, "little") + rounding.to_bytes(3, "little")
        rows.append(np.frombuffer(row, np.uint8))
    return np.stack(rows)


def _first(op: WeightedOp, sign: int, count: int, reach: Array) -> Array:
    """(channels, count): the least |accumulator| on this side of zero whose code is 1, 2, ... from the zero point.

    One beyond the reach where there is none.
    """
    multipliers, shifts = (values.astype(np.int64)[:, None] for values in op.multipliers)
    codes = np.arange(1, count + 1)[None, :]
    below = np.zeros((op.channels, count), np.int64)
    above = np.broadcast_to(reach[:, None] + 1, below.shape).copy()
    while (above - below > 1).any():
        middle = (below + above) // 2
        reached = sign * INTEGERS.mbqm(sign * middle, multipliers, shifts) >= codes
        above, below = np.where(reached, middle, above), np.where(reached, below, middle)
    return above


def _fit(sides: list[Array], reach: int, real: float) -> tuple[int, int, list[int]] | None:
    """(shift, factor, rounding of each side) that change the code exactly there, or None."""
    shift = max(0, int(np.ceil((np.log2(max(real, 1e-9)) + _CODE - _FACTOR + 1e-6) / 8)))
    if any(len(first) and int(first[-1]) - 1 << 8 * shift >= 2**24 for first in sides):
        return None
    exact = round(real * 2.0 ** (_CODE - 8 * shift))
    factors = exact + np.array(sorted(range(-_SEARCH, _SEARCH + 1), key=abs), np.int64)
    factors = factors[(factors >= 0) & (factors < 2**_FACTOR)]
    for some in (factors[:_NEAR], factors[_NEAR:]):
        roundings = [_roundings(first << 8 * shift, first <= reach, some, 1 << 8 * shift) for first in sides]
        fine = np.all([rounding >= 0 for rounding in roundings], axis=0)
        if fine.any():
            best = int(np.argmax(fine))
            return shift, int(some[best]), [int(rounding[best]) for rounding in roundings]
    return None


def _roundings(first: Array, reached: Array, factors: Array, unit: int) -> Array:
    """For each factor the least rounding with which codes 1, 2, ... begin at `first`, or -1."""
    if not len(first):
        return np.zeros(len(factors), np.int64)
    codes = np.arange(1, len(first) + 1, dtype=np.int64) << _CODE
    least = np.where(reached, codes - first * factors[:, None], 0).max(axis=1, initial=0)
    most = (codes - 1 - (first - unit) * factors[:, None]).min(axis=1)
    rounding = -(-least >> _ROUNDING)
    return np.where((rounding << _ROUNDING <= most) & (rounding < 2**24), rounding, -1)
