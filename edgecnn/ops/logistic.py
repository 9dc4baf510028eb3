"""LOGISTIC: 1 / (1 + exp(-x))."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .float_table import FloatTableOp, libm_function


@dataclass(frozen=True, eq=False)
class Logistic(FloatTableOp):
    """The sigmoid, as a table."""

    kind = "logistic"

    def real(self, value: np.float32) -> np.float32:
        expf = libm_function("expf", _exp)
        return np.float32(1) / (np.float32(1) + expf(float(-value)))


def _exp(value: float) -> float:
    return math.exp(min(value, 88.8))  # beyond, float32 is infinite: 1 / (1 + exp) is below every code either way
