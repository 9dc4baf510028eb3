"""TANH: the hyperbolic tangent."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .float_table import FloatTableOp, libm_function


@dataclass(frozen=True, eq=False)
class Tanh(FloatTableOp):
    """tanh, as a table."""

    kind = "tanh"

    def real(self, value: np.float32) -> np.float32:
        return libm_function("tanhf", math.tanh)(float(value))
