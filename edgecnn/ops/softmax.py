"""SOFTMAX over the last axis: exp(beta * (x - max)) / sum of them, in fixed point."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from ..fixed_point import (
    INT8_MAX,
    INT8_MIN,
    INTEGERS,
    Arithmetic,
    Array,
    exp_on_negative,
    quantize_multiplier,
    reciprocal,
)
from .kernel import KernelCall, Record
from .op import Node, Op
from .records import Multiplier


@dataclass(frozen=True, eq=False)
class SoftmaxParams(Record):
    """Rows of `depth` classes; `scale` makes a fixed-point number of a difference of codes."""

    rows: int
    depth: int
    scale: Multiplier
    lowest_difference: int


@dataclass(frozen=True, eq=False)
class Softmax(Op):
    """Probabilities in units of 1/256, zero point -128."""

    beta: float
    kind = "softmax"

    @classmethod
    def read(cls, node: Node) -> Self:
        tensor, output = node.tensor(0), node.output
        if tensor.shape != output.shape:
            node.invalid("has different shapes at input and output.")
        if (output.scale, output.zero_point) != (1 / 256, INT8_MIN):
            node.refuse("must have the output scale 1/256 and zero point -128, as every TFLite converter writes them.")
        beta = float(node.option("Beta"))
        if not 0 < beta < 1e6:
            node.invalid(f"has beta {beta}.")
        op = cls((tensor,), output, beta)
        if op.multiplier[1] < 1:
            node.invalid(f"has an input scale of {tensor.scale}, too small for its fixed point.")
        return op

    @property
    def depth(self) -> int:
        """Number of classes."""
        return self.output.shape[-1]

    @cached_property
    def multiplier(self) -> tuple[int, int]:
        """Quantized multiplier and shift from a difference of codes to a fixed-point number of 5 integer bits."""
        real = np.float64(np.float32(self.beta)) * np.float64(self.inputs[0].scale) * 2**26
        return quantize_multiplier(min(float(real), 2.0**31 - 1))

    @cached_property
    def lowest_difference(self) -> int:
        """Codes further than this below the maximum have probability 0: exp(-31) is below every unit."""
        shift = self.multiplier[1]
        return max(-int(31 * 2**26 / 2**shift), -255)

    @cached_property
    def _exponentials(self) -> Array:
        """exp of the code difference -i at position i, as fractions of 2^31."""
        multiplier, shift = self.multiplier
        differences = np.arange(0, self.lowest_difference - 1, -1, dtype=np.int64)
        table = np.zeros(256, np.int64)
        table[: len(differences)] = exp_on_negative(INTEGERS.mbqm(differences, multiplier, shift))
        return table

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        below_maximum = (inputs[0].max(axis=-1, keepdims=True) - inputs[0]).astype(np.int64)
        exponentials = arithmetic.array(self._exponentials[below_maximum])
        total = arithmetic.rdbp(exponentials, 12).sum(axis=-1, keepdims=True)
        scale, exponent = reciprocal(total, arithmetic)
        probabilities = arithmetic.rdbp(arithmetic.srdhm(exponentials, scale), exponent + 31 - 8)
        return np.clip(probabilities + INT8_MIN, INT8_MIN, INT8_MAX)

    @property
    def accumulator_bound(self) -> int:
        return self.depth << 19

    @property
    def params(self) -> SoftmaxParams:
        """What the kernel is told."""
        multiplier, shift = self.multiplier
        scale = Multiplier(multiplier, min(shift, 30))  # 31 leaves int32, and then only the difference 0 is shifted
        return SoftmaxParams(self.output.size // self.depth, self.depth, scale, self.lowest_difference)

    def kernel_call(self) -> KernelCall:
        return KernelCall("softmax_s8", self.params, leads={0: 0})
