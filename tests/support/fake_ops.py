"""Ops of which only the memory matters, and graphs of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

from hypothesis import strategies as st

from edgecnn.door import Door
from edgecnn.fixed_point import Arithmetic, Array
from edgecnn.graph import Graph
from edgecnn.ops import KernelCall, Node, Op
from edgecnn.ops.kernel import Record
from edgecnn.program.program import Step
from edgecnn.tensor import Tensor


@dataclass(frozen=True, eq=False)
class Fake(Op):
    """An op of which only the memory matters; it may have several inputs, as ADD and CONCATENATION have."""

    lead: int | None = None
    computes: bool = True
    joins_inputs: bool = False
    scratch: int = 0
    kind = "fake"

    @classmethod
    def read(cls, node: Node) -> Self:
        raise NotImplementedError

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        raise NotImplementedError

    def kernel_call(self) -> KernelCall | None:
        if not self.computes:
            return None
        if self.joins_inputs:
            starts = accumulate((source.size for source in self.inputs[:-1]), initial=0)
            return KernelCall("fake", Record(), leads=dict(enumerate(starts)), joins=True)
        return KernelCall("fake", Record(), self.scratch, {} if self.lead is None else {0: self.lead})


def tensor(index: int, size: int) -> Tensor:
    return Tensor(index, f"t{index}", (1, size), 1.0, 0)


@st.composite
def graphs(draw: st.DrawFn, *, chain: bool) -> Graph:
    """Up to 12 ops, each on the last tensor and, unless it is a chain, on up to two earlier ones; no chain may have
    several inputs and outputs."""
    given = 1 if chain else draw(st.integers(1, 3))
    tensors = [tensor(i, draw(st.integers(1, 50))) for i in range(given)]
    ops: list[Op] = []
    for index in range(given, draw(st.integers(given, 12)) + 1):
        inputs = [tensors[-1]]
        if not chain:
            inputs = draw(st.lists(st.sampled_from(tensors), min_size=0, max_size=2)) + inputs
        first = inputs[0].size
        match draw(st.sampled_from(["in place", "ahead", "elsewhere", "no kernel", *(["join"] if not chain else [])])):
            case "join":
                output = tensor(index, sum(source.size for source in inputs))
                op = Fake(tuple(inputs), output, joins_inputs=True)
            case "in place":
                output, scratch = tensor(index, draw(st.integers(1, first))), draw(st.sampled_from([0, 0, 7]))
                op = Fake(tuple(inputs), output, lead=0, scratch=scratch)
            case "ahead":
                output, lead = tensor(index, draw(st.integers(1, 50))), draw(st.integers(-20, 60))
                op = Fake(tuple(inputs), output, lead=lead)
            case "no kernel":
                op = Fake((inputs[0],), tensor(index, first), computes=False)
            case _:
                output, scratch = tensor(index, draw(st.integers(1, 50))), draw(st.sampled_from([0, 0, 3, 20]))
                op = Fake(tuple(inputs), output, scratch=scratch)
        ops.append(op)
        tensors.append(op.output)
    ends = st.lists(st.sampled_from(tensors[-4:]), min_size=1, max_size=3, unique=True)
    outputs = [tensors[-1]] if chain else draw(ends)
    return graph_between(ops, tensors[:given], outputs)


def graph_between(ops: Sequence[Op], inputs: Iterable[Tensor], outputs: Iterable[Tensor]) -> Graph:
    return Graph(tuple(ops), tuple(map(Door.of, inputs)), tuple(map(Door.of, outputs)))


def ends(graph: Graph) -> list[Tensor]:
    return [door.tensor for door in graph.outputs]


def as_steps(*ops: Op) -> tuple[Step, ...]:
    return tuple(Step((op,), op.kernel_call()) for op in ops)
