"""ADD and SUB of two activations of the same shape."""

from __future__ import annotations

import numpy as np

from ...lowering.program import Step
from ...ops.add import Add
from ...ops.op import KernelCall, Params
from .scales import BITS, FOLDER, scales


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
    params: Params = {
        "size": op.output.size,
        "sign": op.sign,
        "zero_point1": op.inputs[0].zero_point,
        "zero_point2": op.inputs[1].zero_point,
        "output_min": op.clamp[0],
        "output_max": op.clamp[1],
        "scales": np.vstack([row for row in rows if row is not None]),
    }
    return KernelCall("add_same_s8", params, leads={0: 0, 1: 0}, folder=FOLDER)
