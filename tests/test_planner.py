"""Memory plans, checked by running them on labelled bytes instead of by the planner's own idea of lifetimes."""

from dataclasses import dataclass
from itertools import permutations
from typing import Self

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.fixed_point import Arithmetic, Array
from edgecnn.graph import Graph
from edgecnn.ops import KernelCall, Node, Op
from edgecnn.planner import Plan, plan
from edgecnn.schedule import _Memory, scheduled
from edgecnn.tensor import Tensor
from tests.lenet import lenet
from tests.random_models import random_model
from tests.tflite_builder import Builder


@dataclass(frozen=True, eq=False)
class Step(Op):
    """An op of which only the memory matters; it may have several inputs, as ADD and CONCATENATION have."""

    works_in_place: bool = False
    computes: bool = True
    joins_inputs: bool = False
    scratch: int = 0
    kind = "step"

    @classmethod
    def read(cls, node: Node) -> Self:
        raise NotImplementedError

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        raise NotImplementedError

    def kernel_call(self) -> KernelCall | None:
        return KernelCall("step", {}, scratch=self.scratch) if self.computes else None

    @property
    def in_place(self) -> bool:
        return self.works_in_place

    @property
    def joins(self) -> bool:
        return self.joins_inputs

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        if not self.joins_inputs:
            return super().places
        starts = np.cumsum([0] + [source.size for source in self.inputs]).tolist()
        return tuple(enumerate(starts[:-1]))


def tensor(index: int, size: int) -> Tensor:
    return Tensor(index, f"t{index}", (1, size), 1.0, 0)


@st.composite
def graphs(draw: st.DrawFn, *, chain: bool) -> Graph:
    """Up to 12 ops, each on the last tensor and, unless it is a chain, on up to two earlier ones."""
    tensors = [tensor(0, draw(st.integers(1, 50)))]
    ops: list[Op] = []
    for index in range(1, draw(st.integers(1, 12)) + 1):
        inputs = [tensors[-1]]
        if not chain:
            inputs = draw(st.lists(st.sampled_from(tensors), min_size=0, max_size=2)) + inputs
        first = inputs[0].size
        match draw(st.sampled_from(["in place", "elsewhere", "no kernel", *(["join"] if not chain else [])])):
            case "join":
                output = tensor(index, sum(source.size for source in inputs))
                op = Step(tuple(inputs), output, joins_inputs=True)
            case "in place":
                output, scratch = tensor(index, draw(st.integers(1, first))), draw(st.sampled_from([0, 0, 7]))
                op = Step(tuple(inputs), output, works_in_place=True, scratch=scratch)
            case "no kernel":
                op = Step((inputs[0],), tensor(index, first), computes=False)
            case _:
                output, scratch = tensor(index, draw(st.integers(1, 50))), draw(st.sampled_from([0, 0, 3, 20]))
                op = Step(tuple(inputs), output, scratch=scratch)
        ops.append(op)
        tensors.append(op.output)
    return Graph(tuple(ops), tensors[0], draw(st.sampled_from(tensors[-2:])) if not chain else tensors[-1])


def simulate(graph: Graph, plan: Plan) -> None:
    """Run `graph` on an arena in which every byte knows whose it is and which one."""
    arena: list[tuple[int, int] | None] = [None] * plan.arena
    content = {graph.input: 0}  # whose bytes a tensor consists of

    def within(first: int, size: int) -> range:
        assert first >= 0
        assert first + size <= plan.arena
        return range(first, first + size)

    def span(tensor: Tensor) -> range:
        return within(plan.offsets[tensor], tensor.size)

    def write(tensor: Tensor) -> None:
        content[tensor] = tensor.index
        for i, at in enumerate(span(tensor)):
            arena[at] = (tensor.index, i)

    def check(tensor: Tensor) -> None:
        assert [arena[at] for at in span(tensor)] == [(content[tensor], i) for i in range(tensor.size)]

    write(graph.input)
    for op in graph.ops:
        for source in op.inputs:
            check(source)
        call = op.kernel_call()
        if call is None:
            content[op.output] = content[op.inputs[0]]
            assert plan.offsets[op.output] == plan.offsets[op.inputs[0]]
            continue
        for source in op.inputs:
            together = set(span(source)) & set(span(op.output))
            places = [at for position, at in op.places if content[op.inputs[position]] == content[source]]
            assert not together or plan.offsets[source] - plan.offsets[op.output] in places
        if call.scratch:
            used = within(plan.scratch[op], call.scratch)
            for other in (*op.inputs, op.output):
                assert not set(used) & set(span(other))
            for at in used:
                arena[at] = None
        write(op.output)
    check(graph.output)


@settings(deadline=None)
@given(graph=graphs(chain=True) | graphs(chain=False))
def test_nobodys_bytes_are_overwritten_while_they_are_needed(graph: Graph) -> None:
    found = plan(graph)
    simulate(graph, found)
    assert found.lower_bound <= found.arena
    assert found.lower_bound == _Memory(graph.ops, graph.output).peak(tuple(range(len(graph.ops))))
    assert set(found.offsets) == set(graph.tensors)
    again = plan(graph)
    assert (again.offsets, again.arena, again.lower_bound) == (found.offsets, found.arena, found.lower_bound)


@given(graph=graphs(chain=True))
def test_a_chain_of_plain_kernels_reaches_its_bound(graph: Graph) -> None:
    ops = tuple(Step(op.inputs, op.output, computes=op.kernel_call() is not None) for op in graph.ops)
    found = plan(Graph(ops, graph.input, graph.output))
    assert found.arena == found.lower_bound


@given(seed=st.integers(0, 2**32))
@example(seed=0)
def test_real_ops(seed: int) -> None:
    graph = graph_of(random_model(np.random.default_rng(seed))[0])
    found = plan(graph)
    simulate(graph, found)
    assert found.lower_bound <= found.arena


def test_lenet_needs_5753_bytes() -> None:
    graph = graph_of(lenet())
    found = plan(graph)
    simulate(graph, found)
    # At the first convolution 32x32 in, 28x28x6 out and a patch of 5x5; the pool works in place.
    assert found.arena == found.lower_bound == 32 * 32 + 28 * 28 * 6 + 5 * 5 == 5753


def sizes_of(*steps: Step) -> tuple[Plan, Graph]:
    graph = Graph(steps, steps[0].inputs[0], steps[-1].output)
    found = plan(graph)
    simulate(graph, found)
    return found, graph


def test_in_place_only_over_the_last_use_of_the_first_input() -> None:
    a, b, c = tensor(0, 10), tensor(1, 10), tensor(2, 10)
    assert sizes_of(Step((a,), b, works_in_place=True))[0].arena == 10
    assert sizes_of(Step((a,), b))[0].arena == 20
    assert sizes_of(Step((a,), b, works_in_place=True), Step((a, b), c))[0].arena == 30  # a is needed once more
    assert sizes_of(Step((a,), b, works_in_place=True), Step((b, a), c, works_in_place=True))[0].arena == 20


def test_a_reshape_takes_no_memory() -> None:
    a, b, c = tensor(0, 10), tensor(1, 10), tensor(2, 4)
    found, _ = sizes_of(Step((a,), b, computes=False), Step((b,), c))
    assert (found.arena, found.offsets[a]) == (14, found.offsets[b])
    # What is needed of a after the reshape keeps b's memory, too.
    d = tensor(3, 10)
    assert sizes_of(Step((a,), b, computes=False), Step((b,), d, works_in_place=True), Step((a, d), c))[0].arena == 24


@pytest.mark.parametrize(("stride", "padding", "expected"), [(2, "VALID", 64), (1, "VALID", 64), (1, "SAME", 128)])
def test_pools_work_in_place_without_padding(stride: int, padding: str, expected: int) -> None:
    b = Builder()
    y = b.max_pool_2d(b.input((1, 8, 8, 1), 1, 0), (3, 3), (stride, stride), padding)
    assert plan(graph_of(b.finish(y))).arena == expected


def test_what_is_joined_is_made_in_its_place() -> None:
    a, b, c, d = tensor(0, 10), tensor(1, 20), tensor(2, 30), tensor(3, 60)
    found, _ = sizes_of(Step((a,), b), Step((a,), c), Step((a, b, c), d, joins_inputs=True))
    assert (found.arena, found.offsets) == (60, {a: 0, b: 10, c: 30, d: 0})
    # What is needed once more stays where it is, and is copied.
    e = tensor(4, 5)
    found, _ = sizes_of(Step((a,), b), Step((a,), c), Step((a, b, c), d, joins_inputs=True), Step((d, b), e))
    assert found.arena == 60 + 20 + 5
    assert found.offsets[c] == found.offsets[d] + 30


@settings(deadline=None)
@given(graph=graphs(chain=False))
def test_no_order_of_few_ops_needs_less(graph: Graph) -> None:
    needed = {graph.output}
    for op in reversed(graph.ops):  # as a reader does: nothing that nobody needs
        needed |= set(op.inputs) if op.output in needed else set()
    ops = tuple(op for op in graph.ops if op.output in needed)[-5:]
    peaks = {
        order: _Memory(ops, graph.output).peak(order)
        for order in permutations(range(len(ops)))
        if all(
            tensor not in {ops[later].output for later in order[position:]}
            for position, index in enumerate(order)
            for tensor in ops[index].inputs
        )
    }
    best = scheduled(ops, graph.output)
    order = tuple(ops.index(op) for op in best)
    assert peaks[order] == min(peaks.values())
    assert order == tuple(range(len(ops))) or peaks[order] < peaks[tuple(range(len(ops)))]


def test_a_wide_branch_waits_until_it_is_wanted() -> None:
    """Both expand and shrink again: the ops of one branch run first, however the file mixes them."""
    x, out = tensor(0, 10), tensor(9, 10)
    wide = [tensor(1, 100), tensor(2, 100)]
    thin = [tensor(3, 10), tensor(4, 10)]
    ops = (
        *(Step((x,), wide[i]) for i in (0, 1)),
        *(Step((wide[i],), thin[i]) for i in (0, 1)),
        Step((thin[0], thin[1]), out),
    )
    assert plan(Graph(ops, x, out)).arena == 210  # both wide ones, and x or a thin one
    assert plan(Graph(scheduled(ops, out), x, out)).arena == 120


def test_many_branches_are_ordered_greedily() -> None:
    x, out = tensor(0, 1), tensor(99, 1)
    wide = [tensor(i, 100) for i in range(1, 31)]
    thin = [tensor(i + 40, 1) for i in range(30)]
    ops = (*(Step((x,), a) for a in wide), *(Step((a,), b) for a, b in zip(wide, thin, strict=True)))
    ops = (*ops, Step(tuple(thin), out))
    assert (
        plan(Graph(scheduled(ops, out), x, out)).arena == 29 + 100 + 1
    )  # the last of them with x, beside the thin ones
