"""What flows between the ops of a network."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tensor:
    """An activation: real value = scale * (code - zero_point); `shape` begins with the batch, which is 1.

    `dtype` is the type of its codes, as NumPy calls it: int8 but at a border.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    scale: float
    zero_point: int
    dtype: str = "int8"

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def itemsize(self) -> int:
        """Bytes of an element."""
        return np.dtype(self.dtype).itemsize

    @property
    def bytes(self) -> int:
        """Bytes of all elements."""
        return self.size * self.itemsize

    def __str__(self) -> str:
        return f"{self.name} {'x'.join(map(str, self.shape[1:]))}"
