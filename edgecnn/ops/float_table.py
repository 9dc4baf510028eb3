"""Elementwise ops whose table comes from a function of real numbers, computed in float32 as TFLite does."""

from __future__ import annotations

import ctypes
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import Array, round_half_away
from .lookup import LookupOp

_LIBM = "libm.so.6"  # glibc, whose expf and tanhf are part of the contract with TFLite on Linux


@cache
def libm_function(name: str, otherwise: Callable[[float], float]) -> Callable[[float], np.float32]:
    """A float32 function of glibc; elsewhere `otherwise` in float64, which can differ in the last bit."""
    try:
        function = getattr(ctypes.CDLL(_LIBM), name)
    except (OSError, AttributeError):
        return lambda value: np.float32(otherwise(value))
    function.argtypes, function.restype = [ctypes.c_float], ctypes.c_float
    return lambda value: np.float32(function(value))


@dataclass(frozen=True, eq=False)
class FloatTableOp(LookupOp):
    """y = clamp(round(f(x) / scale) + zero_point)"""

    @abstractmethod
    def real(self, value: np.float32) -> np.float32:
        """The function in float32."""

    def codes(self, x: NDArray[np.int64]) -> Array:
        tensor, output = self.inputs[0], self.output
        reals = np.float32(tensor.scale) * (x - tensor.zero_point).astype(np.float32)
        with np.errstate(over="ignore"):
            results = np.array([self.real(value) for value in reals], np.float32)
        inverse_scale = np.float32(1) / np.float32(output.scale)
        return round_half_away(results * inverse_scale).astype(np.int64) + output.zero_point
