"""Who is compared: an implementation of the network, and how often it said something else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tensor import Tensor


@dataclass
class Party:
    """An implementation that is compared with the NumPy integers; `exact` ones must be equal in every byte."""

    name: str
    version: str
    exact: bool
    oracle: bool = False
    """Whether it is TFLite's own, and not ours."""
    not_deciding: dict[Tensor, str] = field(default_factory=dict)
    failure: str = ""
    bytes: int = 0
    unequal_bytes: int = 0
    max_difference: int = 0
    first: str = ""
    """The first layer that differed, with the data on which it did."""

    def compare(self, ours: dict[Tensor, NDArray[Any]], theirs: dict[int, NDArray[Any]], data: str) -> None:
        """Count the differences in every tensor that this party has and decides."""
        for position, (tensor, codes) in enumerate(ours.items()):
            if tensor.index not in theirs or tensor in self.not_deciding:
                continue
            mine, other = codes.ravel(), theirs[tensor.index].ravel().astype(codes.dtype)
            unequal = int(np.count_nonzero(mine.view(np.uint8) != other.view(np.uint8)))
            self.bytes += mine.nbytes
            if unequal:
                self.unequal_bytes += unequal
                difference = np.abs(mine.astype(np.float64) - other.astype(np.float64))
                self.max_difference = max(self.max_difference, int(difference.max()))
                self.first = self.first or f"layer {position - 1} ({tensor}), on {data}"

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
            "first_difference": self.first or None,
            "not_deciding": {tensor.name: reason for tensor, reason in self.not_deciding.items()},
        }
