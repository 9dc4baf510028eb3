"""LEAKY_RELU: x, or alpha * x where x is negative."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import INTEGERS, Array, quantize_multiplier
from .lookup import LookupOp
from .op import Node


@dataclass(frozen=True, eq=False)
class LeakyRelu(LookupOp):
    """Each side has a quantized multiplier of its own."""

    alpha: float
    kind = "leaky_relu"

    @classmethod
    def read(cls, node: Node) -> Self:
        if node.tensor(0).shape != node.output.shape:
            node.invalid("has different shapes at input and output.")
        alpha = float(node.option("Alpha"))
        if not 0 <= alpha < 2.0**20:
            node.refuse(f"has alpha {alpha}; a slope of 0 or more is needed.")
        return cls((node.tensor(0),), node.output, alpha)

    @cached_property
    def multipliers(self) -> list[tuple[int, int]]:
        """Quantized multipliers and shifts of the negative and of the other side; TFLite divides in float32."""
        scale, output = np.float32(self.inputs[0].scale), np.float32(self.output.scale)
        return [quantize_multiplier(float(real)) for real in (scale * np.float32(self.alpha) / output, scale / output)]

    def codes(self, x: NDArray[np.int64]) -> Array:
        difference = x - self.inputs[0].zero_point
        negative, other = (INTEGERS.mbqm(difference, *multiplier) for multiplier in self.multipliers)
        return np.where(difference < 0, negative, other) + self.output.zero_point

    @property
    def accumulator_bound(self) -> int:
        # As in RescaleOp: TFLite shifts in 32 bits.
        return 255 << max(0, *(shift for _, shift in self.multipliers))

    @property
    def describe(self) -> str:
        return f"{self.alpha:.3g}"
