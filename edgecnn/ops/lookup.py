"""Ops that map each code to a code on its own: a table of 256 entries, made at generation time."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import INT8_MAX, INT8_MIN, Arithmetic, Array
from .kernel import KernelCall, Record
from .op import Node, Op


@dataclass(frozen=True, eq=False)
class LookupParams(Record):
    """How many codes are looked up, and the output's code of each of the 256, from -128 on."""

    size: int
    table: NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class LookupOp(Op):
    """An elementwise op."""

    @classmethod
    def read(cls, node: Node) -> Self:
        if node.tensor(0).shape != node.output.shape:
            node.invalid("has different shapes at input and output.")
        return cls((node.tensor(0),), node.output)

    @abstractmethod
    def codes(self, x: NDArray[np.int64]) -> Array:
        """Output codes of input codes, before the clamp to int8."""

    @cached_property
    def table(self) -> NDArray[np.int8]:
        """Output codes of the input codes -128 ... 127."""
        codes = self.codes(np.arange(INT8_MIN, INT8_MAX + 1))
        return np.clip(codes, INT8_MIN, INT8_MAX).astype(np.int8)

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        return arithmetic.array(self.table[inputs[0].astype(np.int64) - INT8_MIN])

    def kernel_call(self) -> KernelCall:
        return KernelCall("lookup_s8", LookupParams(self.output.size, self.table), leads={0: 0})
