"""ADD and SUB of two activations of the same shape: one linear function of their codes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ....fixed_point import INT8_MAX, INT8_MIN, INTEGERS
from ....ops.add import LEFT_SHIFT, Add
from ....ops.kernel import KernelCall, Record
from ....ops.records import Clamp
from ....program.program import Step
from .weighted import FOLDER

_FRACTION = 32  # bits of the numbers in add_linear_s8.h
_SIZE = 2**15 - 1  # of a tensor: what an int16 holds


@dataclass(frozen=True, eq=False)
class AddLinear(Record):
    """The factors of both codes + 128, and the offset: integers, and fractions of 2^32."""

    size: int
    clamp: Clamp
    whole1: int
    whole2: int
    whole: int
    fraction1: int
    fraction2: int
    fraction: int


def add(step: Step) -> KernelCall | None:
    """The sum of two activations of the output's shape, where it is linear in their codes to the last byte."""
    match step.ops:
        case (Add() as op,) if op.elementwise:
            numbers = _linear(op)
            if numbers is None or op.output.size > _SIZE:
                return None
            wholes, fractions = zip(*(divmod(number, 2**_FRACTION) for number in numbers), strict=True)
            params = AddLinear(op.output.size, op.output_codes.clamp, *wholes, *fractions)
            return KernelCall("add_linear_s8", params, leads={0: 0, 1: 0}, folder=FOLDER)
    return None


def _linear(op: Add) -> tuple[int, int, int] | None:
    """The factors of both codes + 128, and the offset, that give the code of every pair, in parts of 2^32; or None."""
    (first, second), total = op.multipliers[:2], op.multipliers[2]

    def factor(multiplier: tuple[int, int]) -> int:
        exponent = multiplier[1] + total[1] - 2 * 31 + LEFT_SHIFT + _FRACTION
        return round(multiplier[0] * total[0] * Fraction(2) ** exponent)

    factors = factor(first), op.sign * factor(second)
    if any(abs(f) >> _FRACTION >= 2**7 for f in factors):
        return None
    x1, x2 = (codes.ravel() for codes in np.mgrid[INT8_MIN : INT8_MAX + 1, INT8_MIN : INT8_MAX + 1])
    terms = (
        INTEGERS.mbqm((x - tensor.zero_point) * 2**LEFT_SHIFT, *multiplier)
        for x, tensor, multiplier in zip((x1, x2), op.inputs, op.multipliers[:2], strict=True)
    )
    codes = np.clip(INTEGERS.mbqm(next(terms) + op.sign * next(terms), *total) + op.output.zero_point, *op.clamp)
    line = factors[0] * (x1 - INT8_MIN) + factors[1] * (x2 - INT8_MIN)
    below, above = codes > op.clamp[0], codes < op.clamp[1]  # where the line may not lie further below, or above
    least = int(((codes << _FRACTION) - line).max(where=below, initial=-(2**47)))
    most = int(((codes + 1 << _FRACTION) - 1 - line).min(where=above, initial=2**47 - 1))
    offset = max(min(0, most), least)
    fits = least <= offset <= most and np.abs(line).max() + abs(offset) < 2**47
    return (*factors, offset) if fits else None
