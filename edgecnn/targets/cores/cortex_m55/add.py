"""ADD and SUB of two activations of the same shape."""

from __future__ import annotations

from dataclasses import dataclass

from ....ops.add import Add
from ....ops.kernel import KernelCall, Record
from ....ops.records import OutputCodes
from ....program.program import Step
from .channels import FOLDER

_HALF = (1 << 30, 0)


@dataclass(frozen=True, eq=False)
class AddMve(Record):
    """Two inputs of `size` codes; `coarse` is the one of the larger scale, `sign` belongs to the other."""

    size: int
    coarse: int
    zero_point: int
    fine_zero_point: int
    factor: int
    sign: int
    fine_multiplier: int
    fine_shift: int
    multiplier: int
    left: int
    right: int
    output: OutputCodes


def add_same(step: Step) -> KernelCall | None:
    """Both inputs are activations of the output's shape; the one of the larger scale is halved exactly."""
    match step.ops:
        case (Add() as op,) if op.elementwise:
            coarse = 0 if op.multipliers[0] == _HALF else 1
            return _call(op, coarse) if op.multipliers[coarse] == _HALF else None
    return None


def _call(op: Add, coarse: int) -> KernelCall:
    fine = 1 - coarse
    signs = 1, op.sign
    fine_multiplier, fine_shift = op.multipliers[fine]
    multiplier, shift = op.multipliers[2]
    params = AddMve(
        size=op.output.size,
        coarse=coarse,
        zero_point=op.inputs[coarse].zero_point,
        fine_zero_point=op.inputs[fine].zero_point,
        factor=signs[coarse] << 19,
        sign=signs[fine],
        fine_multiplier=fine_multiplier,
        fine_shift=fine_shift,
        multiplier=multiplier,
        left=max(shift, 0),
        right=min(shift, 0),
        output=op.output_codes,
    )
    return KernelCall("add_mve_s8", params, leads={0: 0, 1: 0}, folder=FOLDER)
