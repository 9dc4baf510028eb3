"""Who is compared: an implementation of the network, and how often it said something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tensor import Tensor
from .where import Difference, Where


@dataclass
class Party:
    """An implementation that is compared with the NumPy integers; `exact` ones must be equal in every byte."""

    name: str
    version: str
    exact: bool
    where: Mapping[Tensor, Where]
    """Of each tensor, in the order in which they are computed."""
    oracle: bool = False
    """Whether it is TFLite's own, and not ours."""
    not_deciding: dict[Tensor, str] = field(default_factory=dict)
    failure: str = ""
    bytes: int = 0
    unequal_bytes: int = 0
    max_difference: int = 0
    first: Difference | None = None
    """Where it differed first."""

    def compare(self, ours: dict[Tensor, NDArray[Any]], theirs: dict[int, NDArray[Any]], data: str) -> None:
        """Count the differences in every tensor that this party has and decides."""
        for tensor, where in self.where.items():
            if tensor.index not in theirs or tensor in self.not_deciding:
                continue
            codes = ours[tensor]
            mine, other = codes.ravel(), theirs[tensor.index].ravel().astype(codes.dtype)
            unequal = int(np.count_nonzero(mine.view(np.uint8) != other.view(np.uint8)))
            self.bytes += mine.nbytes
            if unequal:
                self.unequal_bytes += unequal
                difference = np.abs(mine.astype(np.float64) - other.astype(np.float64))
                self.max_difference = max(self.max_difference, int(difference.max()))
                self.first = self.first or Difference(where, data)

    @property
    def decides(self) -> bool:
        """Whether its word counts: it is exact and it ran."""
        return self.exact and not self.failure

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "exact": self.exact,
            "failure": self.failure or None,
            "bytes_compared": self.bytes,
            "unequal_bytes": self.unequal_bytes,
            "max_difference_lsb": self.max_difference,
            "first_difference": self.first.to_json() if self.first else None,
            "not_deciding": {tensor.name: reason for tensor, reason in self.not_deciding.items()},
        }
