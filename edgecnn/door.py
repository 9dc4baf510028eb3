"""Where values enter and leave a network: its inputs and outputs, by name, in the types of the model file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import UsageError
from .fixed_point import INT8_MAX, INT8_MIN, dequantize, quantize, round_half_away
from .tensor import Tensor

Codes = NDArray[Any]  # of a tensor's own type


@dataclass(frozen=True)
class Door:
    """An input or output: `tensor` is what the network has there, `dtype` the type that the model file has.

    They differ where the file has float32: the network has the codes then.
    """

    name: str
    tensor: Tensor
    dtype: str
    index: int
    """Of the file's own tensor."""

    @classmethod
    def of(cls, tensor: Tensor) -> Door:
        """Where the file has the tensor itself, under its name."""
        return cls(tensor.name, tensor, tensor.dtype, tensor.index)

    @property
    def shape(self) -> tuple[int, ...]:
        """Without the batch."""
        return self.tensor.shape[1:]

    @property
    def is_real(self) -> bool:
        """Whether the file has real values there and the network their codes."""
        return self.dtype != self.tensor.dtype

    def to_codes(self, values: NDArray[Any]) -> Codes:
        """The codes of values of the file's type, as TFLite's QUANTIZE gives them; see firmware/runtime/real.h."""
        if not self.is_real:
            return values
        with np.errstate(all="ignore"):
            steps = round_half_away(values / np.float32(self.tensor.scale)).astype(np.float64)
        fits = (steps >= -(2.0**31)) & (steps < 2.0**31)  # and not a number does not
        codes = np.where(fits, steps, -(2.0**31)).astype(np.int64) + self.tensor.zero_point
        wrapped = (codes + 2**31) % 2**32 - 2**31
        return np.clip(wrapped, INT8_MIN, INT8_MAX).astype(np.int8)

    def from_codes(self, codes: Codes) -> NDArray[Any]:
        """Values of the file's type."""
        return dequantize(codes, self.tensor.scale, self.tensor.zero_point) if self.is_real else codes

    def codes_of_reals(self, reals: ArrayLike) -> Codes:
        """The codes of real values, whatever the file has: pixels from 0 to 1, say."""
        above = int(np.iinfo(self.tensor.dtype).min) - INT8_MIN  # of uint8: 128
        codes = quantize(reals, self.tensor.scale, self.tensor.zero_point - above)
        return (codes.astype(np.int16) + above).astype(self.tensor.dtype)

    def codes_of(self, values: NDArray[Any]) -> Codes:
        """The codes (N, *shape) of pixels (uint8) as pixel / 255, of real values (float), or of codes other than uint8.

        Raises UsageError for another type or shape.
        """
        shape = "x".join(map(str, ("N", *self.shape)))
        if values.shape[1:] != self.shape or not values.ndim:
            got = "x".join(map(str, values.shape)) or "a single value"
            raise UsageError(f"the network's input {self.name} takes {shape}, but got {got}.")
        if values.dtype == np.uint8:
            values = values.astype(np.float32) / np.float32(255)
        if values.dtype == self.tensor.dtype:
            return values
        if values.dtype.kind != "f":
            raise UsageError(
                f"the network's input {self.name} takes pixels as uint8, or real values as float32, but got "
                f"{values.dtype}."
            )
        reals = values.astype(np.float32)
        return self.to_codes(reals) if self.is_real else self.codes_of_reals(reals)

    def reals_of(self, codes: Codes) -> NDArray[np.float32]:
        """What the codes mean, whatever type the file has."""
        return np.float32(self.tensor.scale) * (codes.astype(np.int32) - self.tensor.zero_point).astype(np.float32)

    def __str__(self) -> str:
        return f"{self.name} {'x'.join(map(str, self.shape))} {self.dtype}"


Given = ArrayLike | Mapping[str, ArrayLike]
"""An array (N, *shape) for a network with one input; for several an array each, by their names."""


def take(doors: Sequence[Door], given: Given, *, codes: bool) -> list[Codes]:
    """The codes (N, *shape) for each of `doors`, from codes of the tensors or values of the file's types.

    Raises UsageError when one is missing or unknown, has another type or shape, or not as many rows as the others.
    """
    arrays = _by_name(doors, given)
    taken = [_checked(door, arrays[door.name], door.tensor.dtype if codes else door.dtype) for door in doors]
    counts = {len(array) for array in taken}
    if len(counts) > 1:
        raise UsageError(f"the inputs have {' and '.join(map(str, sorted(counts)))} rows; give each as many.")
    return taken if codes else [door.to_codes(array) for door, array in zip(doors, taken, strict=True)]


def _by_name(doors: Sequence[Door], given: Given) -> dict[str, Any]:
    names = ", ".join(door.name for door in doors)
    if not isinstance(given, Mapping):
        if len(doors) != 1:
            raise UsageError(f"the network has {len(doors)} inputs; give an array for each by its name: {names}.")
        return {doors[0].name: given}
    if given.keys() != {door.name for door in doors}:
        raise UsageError(f"the network's inputs are {names}, but {', '.join(map(str, given)) or 'none'} were given.")
    return dict(given)


def _checked(door: Door, values: Any, dtype: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.dtype != dtype or array.ndim == 0 or array.shape[1:] != door.shape:
        wanted, shape = "x".join(map(str, ("N", *door.shape))), "x".join(map(str, array.shape))
        what = f"{dtype} codes" if dtype == door.tensor.dtype else f"{dtype} values"
        got = f"{array.dtype} {shape or 'scalar'}"
        raise UsageError(f"the network's input {door.name} takes {what} of shape {wanted}, but got {got}.")
    return array


def give(doors: Sequence[Door], codes: Sequence[Codes]) -> Any:
    """What `codes`, one array for each door, are for the caller: the array, or by name where there are several."""
    return codes[0] if len(doors) == 1 else {door.name: array for door, array in zip(doors, codes, strict=True)}


def named(doors: Sequence[Door], given: Any) -> dict[str, Codes]:
    """What `give` gave, by name, however many doors there are."""
    return dict(given) if isinstance(given, Mapping) else {doors[0].name: given}


def split(doors: Sequence[Door], rows: NDArray[np.uint8]) -> list[Codes]:
    """The codes (N, *shape) of each of `doors` in rows (N, bytes of all doors, one after the other)."""
    parts, at = [], 0
    for door in doors:
        part = np.ascontiguousarray(rows[:, at : at + door.tensor.bytes])
        parts.append(part.view(door.tensor.dtype).reshape(len(rows), *door.shape))
        at += door.tensor.bytes
    return parts
