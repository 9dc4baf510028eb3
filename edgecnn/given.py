"""Numbers as callers give them: what they are must be what is meant, or a sentence says what is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import UsageError

_REAL, _INTEGER = "fiu", "iu"  # NumPy's kinds: nothing is read into a text, a date, a None or a complex number


def finite(values: ArrayLike, wanted: str = "finite real numbers") -> NDArray[Any]:
    """`values` as an array of finite real numbers; raises UsageError."""
    return _checked(values, _REAL, np.isfinite, wanted)


def codes(values: ArrayLike) -> NDArray[Any]:
    """`values` as an array of integers that an int8 holds; raises UsageError."""
    return _checked(values, _INTEGER, _in_int8, "int8 codes")


def scale(value: ArrayLike) -> np.float32:
    """A scale, above 0 and finite as a float32; raises UsageError."""
    return np.float32(_checked(value, _REAL, _is_scale, "a finite scale above 0", single=True))


def zero_point(value: ArrayLike) -> int:
    """A zero point, an int8; raises UsageError."""
    return int(_checked(value, _INTEGER, _in_int8, "a zero point from -128 to 127", single=True))


def _in_int8(array: NDArray[Any]) -> NDArray[np.bool_]:
    return (array >= np.int8(-128)) & (array <= np.int8(127))


def _is_scale(array: NDArray[Any]) -> NDArray[np.bool_]:
    with np.errstate(over="ignore", under="ignore"):
        step = array.astype(np.float32)
    return (step > 0) & (step < np.inf)


def _checked(
    values: ArrayLike,
    kinds: str,
    good: Callable[[NDArray[Any]], NDArray[np.bool_]],
    wanted: str,
    *,
    single: bool = False,
) -> NDArray[Any]:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise UsageError(f"{wanted} must be given, not rows of unequal length.") from error
    if array.dtype.kind not in kinds:
        raise UsageError(f"{wanted} must be given, not {array.dtype}.")
    if single and array.ndim:
        raise UsageError(f"{wanted} must be given, not an array of shape {array.shape}.")
    wrong = np.argwhere(~good(array))
    if len(wrong):
        place = tuple(wrong[0].tolist())
        raise UsageError(f"{wanted} must be given, not {array[place]}{f' (at {list(place)})' if place else ''}.")
    return array
