"""What runs on a device: the kernel calls that a graph becomes for one core."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..graph import Graph
from ..ops.kernel import KernelCall
from ..ops.op import Op
from ..tensor import Tensor

Memory = TypeVar("Memory", bound=Hashable)


class Chain:
    """Ops that are computed one after the other, and are named and counted together."""

    ops: tuple[Op, ...]

    @property
    def title(self) -> str:
        """The ops' titles."""
        return " + ".join(op.title for op in self.ops)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return sum(op.macs for op in self.ops)


@dataclass(frozen=True, eq=False)
class Step(Chain):
    """One call of a kernel, for an op or for several in a chain that it computes at once."""

    ops: tuple[Op, ...]
    call: KernelCall | None
    """None when there is nothing to compute: the output is the input."""
    stages: tuple[Stage, ...] = ()
    """Of a step that is streamed, whose `call` says no more than what memory it needs: its kernels, for a row each."""

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """What the first op reads."""
        return self.ops[0].inputs

    @property
    def reads(self) -> tuple[Tensor, ...]:
        """Those of the inputs that lie in memory: what is streamed never does as a whole."""
        return () if self.stages else self.inputs

    @property
    def output(self) -> Tensor:
        """What the last op writes; what lies between two ops exists nowhere."""
        return self.ops[-1].output

    @property
    def accumulator_bound(self) -> int:
        """Of the op that has the largest."""
        return max(op.accumulator_bound for op in self.ops)


@dataclass(frozen=True, eq=False)
class Stage:
    """A step of a chain that is streamed: one row of its output from the rows in its slab, which then slides on.

    `step` reads the slab, `extent` rows, and writes one row. It is given `height` rows, and `top` and `bottom` rows of
    the code `fill` before and after them.
    """

    step: Step
    stride: int
    """Rows by which the slab slides on."""
    top: int
    height: int
    bottom: int
    fill: int
    slab: int
    """Where it lies in the memory of the streamed step, as does the kernel's scratch, which all stages share."""
    scratch: int

    @property
    def extent(self) -> int:
        """Rows in the slab."""
        return self.step.inputs[0].shape[1]


def leads_of(call: KernelCall, inputs: Sequence[Memory]) -> dict[Memory, int]:
    """The lead of each memory that the output may overwrite; `inputs` says in which memory each input lies.

    What is an input twice keeps the distance that both need, and stays apart if one does.
    """
    apart = {memory for position, memory in enumerate(inputs) if position not in call.leads}
    found: dict[Memory, int] = {}
    for position, lead in call.leads.items():
        memory = inputs[position]
        if memory not in apart:
            found[memory] = max(lead, found.get(memory, lead))
    return found


def shareable(source: int, output: int, lead: int) -> int:
    """Bytes that an input of `source` bytes and an output of `output` bytes can have in common at most."""
    return max(0, min(source, output, output - lead))


@dataclass(frozen=True, eq=False)
class Program:
    """`steps` in an order in which they can run, made by `lower`."""

    graph: Graph
    steps: tuple[Step, ...]
    target: str
    optimize: str
    fused: bool
    streamed: int = 0
    """How many steps were put into the first one, which consumes the input row by row."""
    alignment: int = 1
    """Of every tensor and scratch in the arena, in bytes."""

    @property
    def layers(self) -> tuple[Step, ...]:
        """The steps that compute something, by their numbers."""
        return tuple(step for step in self.steps if step.call)
