"""HARD_SWISH: x * relu6(x + 3) / 6, in 16-bit fixed point.

The arithmetic is that of TFLite's reference kernel; tests/ops/test_lookup.py holds all 256 codes at many scales against
both oracles.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import INTEGERS, Array, quantize_multiplier
from .lookup import LookupOp
from .op import Node

_LEFT_SHIFT = 7  # a code minus its zero point takes 9 bits of 16
_INT16_MIN, _INT16_MAX = -(2**15), 2**15 - 1


@dataclass(frozen=True, eq=False)
class HardSwish(LookupOp):
    """One factor is x on the output's scale, the other runs from 0 to 1 while x runs from -3 to 3."""

    kind = "hard_swish"

    @classmethod
    def read(cls, node: Node) -> Self:
        op = super().read(node)
        if op.output_multiplier[1] > 0:
            node.refuse("has an output scale below 1/128 of its input's; quantize the model again with more samples.")
        return op

    @property
    def _fine_scale(self) -> np.float32:
        return np.float32(1 / 2**_LEFT_SHIFT) * np.float32(self.inputs[0].scale)

    @cached_property
    def output_multiplier(self) -> tuple[int, int]:
        """16-bit multiplier and shift from the shifted input to the output's scale."""
        return _multiplier16(self._fine_scale / np.float32(self.output.scale))

    @cached_property
    def ramp_multiplier(self) -> tuple[int, int]:
        """16-bit multiplier and shift from the shifted input to thirds of 2^15."""
        return _multiplier16(self._fine_scale / (np.float32(3) / np.float32(2**15)))

    def codes(self, x: NDArray[np.int64]) -> Array:
        fine = (x - self.inputs[0].zero_point) << _LEFT_SHIFT
        multiplier, shift = self.output_multiplier
        product = _doubled_high(_ramp(fine, *self.ramp_multiplier) * _srdhm16(fine, multiplier))
        return INTEGERS.rdbp(product, -shift) + self.output.zero_point


def _ramp(fine: NDArray[np.int64], multiplier: int, shift: int) -> NDArray[np.int64]:
    """relu6(x + 3) / 6 as a fraction of 2^15."""
    # All but the last bit of a left shift comes before the multiplication; what saturates is beyond -3 .. 3.
    value = _saturated(fine << max(shift - 1, 0))
    value = _saturated(_srdhm16(value, multiplier) << min(max(shift, 0), 1))
    return (INTEGERS.rdbp(value, max(-shift, 0)) + 2**15) >> 1


def _multiplier16(real: np.float32) -> tuple[int, int]:
    multiplier, shift = quantize_multiplier(float(real))
    return min((multiplier + (1 << 15)) >> 16, _INT16_MAX), shift


def _saturated(x: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.clip(x, _INT16_MIN, _INT16_MAX)


def _srdhm16(a: NDArray[np.int64], b: int) -> NDArray[np.int64]:
    """a * b / 2^15 rounded, ties away from zero."""
    product = a * b
    return _doubled_high(product + np.where(product >= 0, 1 << 14, 1 - (1 << 14)))


def _doubled_high(product: NDArray[np.int64]) -> NDArray[np.int64]:
    """product / 2^15 truncated, as C divides."""
    high: NDArray[np.int64] = np.sign(product) * (np.abs(product) >> 15)
    return high
