"""MUL: the product of two operands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..fixed_point import Arithmetic, Array, quantize_multiplier
from .binary import BinaryOp, Operands
from .kernel import KernelCall, Record
from .records import Multiplier


@dataclass(frozen=True, eq=False)
class MulParams(Record):
    """Both operands, and what their product is multiplied by."""

    operands: Operands
    scale: Multiplier


@dataclass(frozen=True, eq=False)
class Mul(BinaryOp):
    """y = x1 * x2"""

    kind = "mul"

    @cached_property
    def multiplier(self) -> tuple[int, int]:
        """Quantized multiplier and shift of scale1 * scale2 / output scale, which TFLite takes in float32."""
        first, second = (np.float32(operand.scale) for operand in self.operands)
        return quantize_multiplier(float(first * second / np.float32(self.output.scale)))

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        first, second = self.differences(inputs)
        codes = arithmetic.mbqm(first * second, *self.multiplier) + self.output.zero_point
        return np.clip(codes, *self.clamp)

    @property
    def macs(self) -> int:
        return self.output.size

    @property
    def accumulator_bound(self) -> int:
        first, second = (max(map(abs, self.reach(operand))) for operand in self.operands)
        return first * second << max(self.multiplier[1], 0)

    def kernel_call(self) -> KernelCall:
        params = MulParams(self.operands_record(), Multiplier(*self.multiplier))
        return KernelCall("mul_s8", params, leads=self.leads, constants=self.constants)
