"""Rows of numbers that come from outside."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def finite_rows(array: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The rows (N, ...) as float32, and of each whether all its values are finite so."""
    with np.errstate(over="ignore"):
        values = array.astype(np.float32)
    return values, np.isfinite(values).reshape(len(values), -1).all(1)
