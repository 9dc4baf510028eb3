"""Numbers of channels as the kernels read them: whole vectors, with zeros at the end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....fixed_point import Array
from ....ops.records import Requantization, Weighted
from ....ops.weighted import WeightedOp

FOLDER = "cortex_m55"
VECTOR = 16  # codes
BLOCK = 4  # channels of one requantization; also windows of a pool


def up(size: int, multiple: int) -> int:
    """`size` rounded up."""
    return -(-size // multiple) * multiple


def padded(array: Array, *multiples: int) -> Array:
    """`array` with zeros at the end of each axis, up to a multiple."""
    return np.pad(array, [(0, up(size, m) - size) for size, m in zip(array.shape, multiples, strict=True)])


def by_channel(layer: Weighted, weights: Array) -> Weighted:
    """`layer` with packed weights, and numbers for channels that fill the last block of four; left shifts
    and right shifts (below 0) of a block follow each other."""
    numbers = layer.bias, layer.requantization.multipliers, layer.requantization.shifts
    bias, multipliers, shifts = (padded(values, BLOCK) for values in numbers)
    signs = np.stack([shifts.clip(min=0), shifts.clip(max=0)]).reshape(2, -1, BLOCK).swapaxes(0, 1)
    requantization = Requantization(multipliers, np.ascontiguousarray(signs))
    return replace(layer, weights=np.ascontiguousarray(weights), bias=bias, requantization=requantization)


def brief(op: WeightedOp) -> int:
    """1 where no shift is to the left and all below the zero point is clamped to it, else 0."""
    return int(op.multipliers[1].max() <= 0 and op.clamp[0] >= op.output.zero_point)
