"""ADD and SUB of two activations of the same shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....fixed_point import Array
from ....ops.add import Add
from ....ops.kernel import KernelCall, Record
from ....ops.records import Clamp
from ....program.program import Step
from .scales import BITS, FOLDER, scales


@dataclass(frozen=True, eq=False)
class AddSame(Record):
    """Two inputs of `size` codes; `sign` belongs to the second, a row of `scales` to each and to their sum."""

    size: int
    sign: int
    zero_point1: int
    zero_point2: int
    clamp: Clamp
    scales: Array


def add_same(step: Step) -> KernelCall | None:
    """Both inputs are activations of the output's shape."""
    match step.ops:
        case (Add() as op,) if op.elementwise:
            return _call(op)
    return None


def _call(op: Add) -> KernelCall | None:
    first, second, total = ((np.array([m]), np.array([s])) for m, s in op.multipliers)
    rows = [scales(first, 0, 255 << 20, BITS), scales(second, 0, 255 << 20, BITS)]
    rows.append(scales(total, op.output.zero_point, op.accumulator_bound, BITS))
    if any(row is None for row in rows):
        return None
    table = np.vstack([row for row in rows if row is not None])
    first_zero, second_zero = (tensor.zero_point for tensor in op.inputs)
    params = AddSame(op.output.size, op.sign, first_zero, second_zero, op.output_codes.clamp, table)
    return KernelCall("add_same_s8", params, leads={0: 0, 1: 0}, folder=FOLDER)
