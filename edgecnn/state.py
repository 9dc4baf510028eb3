"""What a network remembers from one inference to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from .tensor import Tensor


@dataclass(frozen=True, eq=False)
class State:
    """A variable: ops read `tensor`, and what was put into `following` is there at the next inference.

    `initial` are its codes (*shape) after a reset.
    """

    name: str
    tensor: Tensor
    following: Tensor
    initial: NDArray[Any]


Memory = Mapping[Tensor, NDArray[Any]]
"""The codes (1, *shape) of each state's tensor."""
