"""ASSIGN_VARIABLE: codes that the next inference finds in a variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from ..fixed_point import Arithmetic, Array
from .kernel import KernelCall, Record
from .op import Node, Op


@dataclass(frozen=True)
class AssignVariableParams(Record):
    """How many bytes are copied."""

    size: int


@dataclass(frozen=True, eq=False)
class AssignParams(Record):
    """How many bytes are copied."""

    size: int


@dataclass(frozen=True, eq=False)
class AssignVariable(Op):
    """The last thing of an inference; the output lies where the variable does. The reader makes it of several ops."""

    kind = "assign_variable"

    @classmethod
    def read(cls, node: Node) -> NoReturn:
        node.refuse("assigns no variable of the network.")

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        return inputs[0]

    def kernel_call(self) -> KernelCall:
        return KernelCall("assign_variable_s8", AssignVariableParams(self.output.bytes))
