"""What runs on a device: the kernel calls that a graph becomes for one core."""

from __future__ import annotations

from dataclasses import dataclass

from .graph import Graph
from .ops.op import KernelCall, Op
from .tensor import Tensor


@dataclass(frozen=True, eq=False)
class Step:
    """One call of a kernel, for an op or for several in a chain that it computes at once."""

    ops: tuple[Op, ...]
    call: KernelCall | None
    """None when there is nothing to compute: the output is the input."""

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """What the first op reads."""
        return self.ops[0].inputs

    @property
    def output(self) -> Tensor:
        """What the last op writes; what lies between two ops exists nowhere."""
        return self.ops[-1].output

    @property
    def title(self) -> str:
        """The ops' titles."""
        return " + ".join(op.title for op in self.ops)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return sum(op.macs for op in self.ops)

    @property
    def accumulator_bound(self) -> int:
        """Of the op that has the largest."""
        return max(op.accumulator_bound for op in self.ops)


@dataclass(frozen=True, eq=False)
class Program:
    """`steps` in an order in which they can run, made by `lower`."""

    graph: Graph
    steps: tuple[Step, ...]
    target: str
    optimize: str
    fused: bool
    alignment: int = 1
    """Of every tensor and scratch in the arena, in bytes."""
