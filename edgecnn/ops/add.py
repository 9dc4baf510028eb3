"""ADD and SUB: both operands are brought to a common scale with 20 bits to spare, then to the output's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from ..fixed_point import INTEGERS, Arithmetic, Array, quantize_multiplier
from .binary import BinaryOp, Operands
from .kernel import KernelCall, Record

LEFT_SHIFT = 20


@dataclass(frozen=True, eq=False)
class AddParams(Record):
    """Multipliers and shifts are those of the first operand, of the second, and of their sum."""

    operands: Operands
    sign: int
    multiplier1: int
    shift1: int
    multiplier2: int
    shift2: int
    multiplier: int
    shift: int


@dataclass(frozen=True, eq=False)
class Add(BinaryOp):
    """y = x1 + x2"""

    kind = "add"
    sign: ClassVar[int] = 1
    """What the second operand is multiplied with."""

    @cached_property
    def multipliers(self) -> list[tuple[int, int]]:
        """Quantized multipliers and shifts of the first operand, of the second, and of their sum."""
        scales = [np.float64(operand.scale) for operand in self.operands]
        common = 2 * max(scales)
        reals = *(scale / common for scale in scales), common / (2**LEFT_SHIFT * np.float64(self.output.scale))
        return [quantize_multiplier(float(real)) for real in reals]

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        a, b = (
            arithmetic.mbqm(x * 2**LEFT_SHIFT, *multiplier)
            for x, multiplier in zip(self.differences(inputs), self.multipliers[:2], strict=True)
        )
        codes = arithmetic.mbqm(a + self.sign * b, *self.multipliers[2]) + self.output.zero_point
        return np.clip(codes, *self.clamp)

    @property
    def accumulator_bound(self) -> int:
        # Both operands are at most halved by their scales, and each extreme is one of the lowest or highest code.
        extremes = [
            np.abs(INTEGERS.mbqm(np.array(self.reach(operand)) << LEFT_SHIFT, *multiplier)).max()
            for operand, multiplier in zip(self.operands, self.multipliers[:2], strict=True)
        ]
        return max(255 << LEFT_SHIFT, int(sum(extremes)) << max(self.multipliers[2][1], 0))

    def kernel_call(self) -> KernelCall:
        first, second, total = self.multipliers
        params = AddParams(self.operands_record(), self.sign, *first, *second, *total)
        return KernelCall("add_s8", params, leads=self.leads, constants=self.constants)


@dataclass(frozen=True, eq=False)
class Sub(Add):
    """y = x1 - x2"""

    kind = "sub"
    sign = -1
