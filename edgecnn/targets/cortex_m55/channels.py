"""Numbers of channels as the kernels read them: whole vectors, with zeros at the end."""

from __future__ import annotations

import numpy as np

from ...fixed_point import Array
from ...ops.op import Params
from ...ops.weighted import WeightedOp

FOLDER = "cortex_m55"
VECTOR = 16  # codes
BLOCK = 4  # channels of one requantization; also windows of a pool


def up(size: int, multiple: int) -> int:
    """`size` rounded up."""
    return -(-size // multiple) * multiple


def padded(array: int | Array, *multiples: int) -> Array:
    """`array` with zeros at the end of each axis, up to a multiple."""
    values = np.asarray(array)
    return np.pad(values, [(0, up(size, m) - size) for size, m in zip(values.shape, multiples, strict=True)])


def by_channel(params: Params, weights: Array, prefix: str = "") -> Params:
    """`params` with packed weights, and numbers for channels that fill the last block of four; left shifts
    and right shifts (below 0) of a block follow each other."""
    bias, multipliers, shifts = (padded(params[prefix + field], BLOCK) for field in ("bias", "multipliers", "shifts"))
    signs = np.stack([shifts.clip(min=0), shifts.clip(max=0)]).reshape(2, -1, BLOCK).swapaxes(0, 1)
    arrays = {"weights": weights, "bias": bias, "multipliers": multipliers, "shifts": signs}
    return {**params, **{prefix + field: np.ascontiguousarray(array) for field, array in arrays.items()}}


def brief(op: WeightedOp) -> int:
    """1 where no shift is to the left and all below the zero point is clamped to it, else 0."""
    return int(op.multipliers[1].max() <= 0 and op.clamp[0] >= op.output.zero_point)
