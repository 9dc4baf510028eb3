"""Ops that map each code to a code on its own: a table of 256 entries, made at generation time."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import Arithmetic, Array
from .op import KernelCall, Node, Op


@dataclass(frozen=True, eq=False)
class LookupOp(Op):
    """An elementwise op between codes of 8 bits."""

    @classmethod
    def read(cls, node: Node) -> Self:
        if node.tensor(0).shape != node.output.shape:
            node.invalid("has different shapes at input and output.")
        return cls((node.tensor(0),), node.output)

    @abstractmethod
    def codes(self, x: NDArray[np.int64]) -> Array:
        """Output codes of input codes, before the clamp to the output's type."""

    @cached_property
    def table(self) -> NDArray[np.int8] | NDArray[np.uint8]:
        """Output codes of all input codes, the lowest first."""
        taken, given = np.iinfo(self.inputs[0].dtype), np.iinfo(self.output.dtype)
        codes = self.codes(np.arange(taken.min, taken.max + 1))
        return np.clip(codes, given.min, given.max).astype(self.output.dtype)

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        lowest = np.iinfo(self.inputs[0].dtype).min
        return arithmetic.array(self.table[inputs[0].astype(np.int64) - lowest])

    def kernel_call(self) -> KernelCall:
        # The kernel takes and gives bytes as int8: those of a uint8 above 127 come first there.
        table = self.table.view(np.int8)
        if self.inputs[0].dtype == "uint8":
            table = np.roll(table, len(table) // 2)
        return KernelCall("lookup_s8", {"size": self.output.size, "table": table}, leads={0: 0})
