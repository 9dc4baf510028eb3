"""Elementwise ops that rescale codes by one quantized multiplier."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import INTEGERS, Array, quantize_multiplier
from .lookup import LookupOp


@dataclass(frozen=True, eq=False)
class RescaleOp(LookupOp):
    """y = (x - input zero point) * input scale / output scale + output zero point"""

    @property
    @abstractmethod
    def effective_scale(self) -> np.float64:
        """Input scale / output scale."""

    @cached_property
    def multiplier(self) -> tuple[int, int]:
        """Quantized multiplier and shift of `effective_scale`."""
        return quantize_multiplier(float(self.effective_scale))

    def codes(self, x: NDArray[np.int64]) -> Array:
        return INTEGERS.mbqm(x - self.inputs[0].zero_point, *self.multiplier) + self.output.zero_point

    @property
    def accumulator_bound(self) -> int:
        # The table is made with 64 bits, but TFLite shifts a difference of codes in 32: beyond them it is undefined.
        return 255 << max(self.multiplier[1], 0)
