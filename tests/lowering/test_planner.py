"""Memory plans, checked by running them on labelled bytes instead of by the planner's own idea of lifetimes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, permutations
from typing import Self

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.door import Door
from edgecnn.fixed_point import Arithmetic, Array
from edgecnn.graph import Graph
from edgecnn.lowering.lower import lower
from edgecnn.lowering.planner import Plan, plan
from edgecnn.lowering.schedule import _Memory, scheduled
from edgecnn.ops import KernelCall, Node, Op
from edgecnn.ops.kernel import Record
from edgecnn.ops.window import Axis, Window
from edgecnn.program.program import Program, Step
from edgecnn.tensor import Tensor
from tests.support.lenet import lenet
from tests.support.random_models import random_model
from tests.support.tflite_builder import Builder


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


def simulate(program: Program, plan: Plan) -> None:
    """Run `program` on an arena in which every byte knows whose it is and which one.

    A kernel with a lead writes byte after byte, and reads its input as late as the lead lets it.
    """
    arena: list[tuple[int, int] | None] = [None] * plan.arena
    graph = program.graph
    content = {door.tensor: door.tensor.index for door in graph.inputs}  # whose bytes a tensor consists of

    def within(first: int, size: int) -> range:
        assert first >= 0
        assert first + size <= plan.arena
        assert first % program.alignment == 0
        return range(first, first + size)

    def span(tensor: Tensor) -> range:
        return within(plan.offsets[tensor], tensor.size)

    def check(tensor: Tensor, since: int = 0) -> None:
        expected = [(content[tensor], i) for i in range(tensor.size)]
        assert [arena[at] for at in span(tensor)][since:] == expected[since:]

    for source in list(content):
        for i, at in enumerate(span(source)):
            arena[at] = (source.index, i)
    for step in program.steps:
        for source in step.inputs:
            check(source)
        call = step.call
        if call is None:
            content[step.output] = content[step.inputs[0]]
            assert plan.offsets[step.output] == plan.offsets[step.inputs[0]]
            continue
        if call.scratch:
            for at in within(plan.scratch[step], call.scratch):
                arena[at] = None
        content[step.output] = step.output.index
        for i, at in enumerate(span(step.output)):
            arena[at] = (step.output.index, i)
            for position, source in enumerate(step.inputs):
                check(source, since=max(0, i + 1 - call.leads[position]) if position in call.leads else 0)
        check(step.output)
    for output in ends(graph):
        check(output)


@given(graph=graphs(chain=True) | graphs(chain=False))
def test_nobodys_bytes_are_overwritten_while_they_are_needed(graph: Graph) -> None:
    program = lower(graph)
    found = plan(program)
    simulate(program, found)
    assert found.lower_bound <= found.arena
    peak = _Memory(program.steps, ends(graph)).peak(tuple(range(len(graph.ops))))
    used = {tensor for op in graph.ops for tensor in op.inputs} | set(ends(graph))
    all_used = {door.tensor for door in graph.inputs} <= used
    assert found.lower_bound == peak if all_used else found.lower_bound >= peak
    assert set(found.offsets) == set(graph.tensors)
    again = plan(program)
    assert (again.offsets, again.arena, again.lower_bound) == (found.offsets, found.arena, found.lower_bound)


@settings(max_examples=30)
@given(graph=graphs(chain=True) | graphs(chain=False), alignment=st.sampled_from([2, 4, 16]))
def test_alignment(graph: Graph, alignment: int) -> None:
    program = replace(lower(graph), alignment=alignment)
    simulate(program, plan(program))


@given(graph=graphs(chain=True))
def test_a_chain_of_plain_kernels_reaches_its_bound(graph: Graph) -> None:
    ops = tuple(Fake(op.inputs, op.output, computes=op.kernel_call() is not None) for op in graph.ops)
    found = plan(lower(Graph(ops, graph.inputs, graph.outputs)))
    assert found.arena == found.lower_bound


@given(seed=st.integers(0, 2**32), fuse=st.booleans())
@example(seed=0, fuse=True)
def test_real_ops(seed: int, fuse: bool) -> None:
    program = lower(graph_of(random_model(np.random.default_rng(seed))[0]), fuse=fuse)
    found = plan(program)
    assert found.lower_bound <= found.arena
    if sum(tensor.size for tensor in found.offsets) <= 800:
        simulate(program, found)


def test_lenet_needs_1374_bytes() -> None:
    """The first pooled map lies 318 bytes before the input, whose last rows are read when most of it is written."""
    found = plan(lower(graph_of(lenet())))
    assert found.arena == 1374
    assert plan(lower(graph_of(lenet()), fuse=False)).arena == 4841


def sizes_of(*ops: Fake) -> tuple[Plan, Graph]:
    graph = graph_between(ops, [ops[0].inputs[0]], [ops[-1].output])
    program = lower(graph)
    found = plan(program)
    simulate(program, found)
    return found, graph


def test_in_place_only_over_the_last_use_of_the_first_input() -> None:
    a, b, c = tensor(0, 10), tensor(1, 10), tensor(2, 10)
    assert sizes_of(Fake((a,), b, lead=0))[0].arena == 10
    assert sizes_of(Fake((a,), b))[0].arena == 20
    assert sizes_of(Fake((a,), b, lead=0), Fake((a, b), c))[0].arena == 30  # a is needed once more
    assert sizes_of(Fake((a,), b, lead=0), Fake((b, a), c, lead=0))[0].arena == 20


def test_a_reshape_takes_no_memory() -> None:
    a, b, c = tensor(0, 10), tensor(1, 10), tensor(2, 4)
    found, _ = sizes_of(Fake((a,), b, computes=False), Fake((b,), c))
    assert (found.arena, found.offsets[a]) == (14, found.offsets[b])
    # What is needed of a after the reshape keeps b's memory, too.
    d = tensor(3, 10)
    assert sizes_of(Fake((a,), b, computes=False), Fake((b,), d, lead=0), Fake((a, d), c))[0].arena == 24


@pytest.mark.parametrize(("stride", "padding", "expected"), [(2, "VALID", 64), (1, "VALID", 64), (1, "SAME", 73)])
def test_pools_work_in_place_without_padding_and_almost_with_it(stride: int, padding: str, expected: int) -> None:
    b = Builder()
    y = b.max_pool_2d(b.input((1, 8, 8, 1), 1, 0), (3, 3), (stride, stride), padding)
    assert plan(lower(graph_of(b.finish(y)))).arena == expected


@st.composite
def windows(draw: st.DrawFn) -> Window:
    def axis() -> Axis:
        taps, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 2))
        size = draw(st.integers((taps - 1) * dilation + 1, 9))
        return Axis.of(size, taps, draw(st.integers(1, 3)), dilation, draw(st.booleans()))

    return Window(axis(), axis())


@given(window=windows(), read=st.integers(1, 3), written=st.integers(1, 5), block=st.integers(2, 4))
def test_the_lead_of_blocks_of_pixels(window: Window, read: int, written: int, block: int) -> None:
    """All pixels of a block, which lies in one row, may be written before the windows of any of them are read."""
    height, width = window.height, window.width
    pixels = [*np.ndindex(height.output, width.output)]
    firsts = [
        (max(0, oy * height.stride - height.pad) * width.input + max(0, ox * width.stride - width.pad)) * read
        for oy, ox in pixels
    ]
    ends = [(at - ox + min(ox - ox % block + block, width.output)) * written for at, (_, ox) in enumerate(pixels)]
    starts = [at - ox % block for at, (_, ox) in enumerate(pixels)]
    gaps = [end - min(firsts[start:]) for start, end in zip(starts, ends, strict=True)]
    assert window.lead(read, written, block=block) == max(gaps)


@given(window=windows(), read=st.integers(1, 3), written=st.integers(1, 5), whole=st.booleans())
def test_the_lead_of_a_window_is_as_small_as_can_be(window: Window, read: int, written: int, whole: bool) -> None:
    """Followed pixel by pixel: which input bytes each window reads, and how far the output has come by then."""
    needed = []  # (bytes written before the window is read to its end, the first byte that it reads)
    height, width = window.height, window.width
    for pixel, (oy, ox) in enumerate(np.ndindex(height.output, width.output)):
        rows = [max(0, oy * height.stride - height.pad), max(0, ox * width.stride - width.pad)]
        needed.append((pixel * written + (0 if whole else written), (rows[0] * width.input + rows[1]) * read))
    lead = window.lead(read, written, early=0 if whole else written)
    assert all(lead + first >= done for done, first in needed)
    assert any(lead - 1 + first < done for done, first in needed)


def as_steps(*ops: Op) -> tuple[Step, ...]:
    return tuple(Step((op,), op.kernel_call()) for op in ops)


def test_what_is_joined_is_made_in_its_place() -> None:
    a, b, c, d = tensor(0, 10), tensor(1, 20), tensor(2, 30), tensor(3, 60)
    found, _ = sizes_of(Fake((a,), b), Fake((a,), c), Fake((a, b, c), d, joins_inputs=True))
    assert (found.arena, found.offsets) == (60, {a: 0, b: 10, c: 30, d: 0})
    # What is needed once more stays where it is, and is copied.
    e = tensor(4, 5)
    found, _ = sizes_of(Fake((a,), b), Fake((a,), c), Fake((a, b, c), d, joins_inputs=True), Fake((d, b), e))
    assert found.arena == 60 + 20 + 5
    assert found.offsets[c] == found.offsets[d] + 30


def test_an_input_twice_keeps_the_larger_distance() -> None:
    a, b = tensor(0, 10), tensor(1, 20)
    assert sizes_of(Fake((a, a), b, joins_inputs=True))[0].offsets == {a: 10, b: 0}
    assert sizes_of(Fake((a, a), b, lead=0))[0].arena == 30  # the second is not said to be led


@given(graph=graphs(chain=False))
def test_no_order_of_few_steps_needs_less(graph: Graph) -> None:
    needed = set(ends(graph))
    for op in reversed(graph.ops):  # as a reader does: nothing that nobody needs
        needed |= set(op.inputs) if op.output in needed else set()
    steps = as_steps(*[op for op in graph.ops if op.output in needed][-5:])
    peaks = {
        order: _Memory(steps, ends(graph)).peak(order)
        for order in permutations(range(len(steps)))
        if all(
            tensor not in {steps[later].output for later in order[position:]}
            for position, index in enumerate(order)
            for tensor in steps[index].inputs
        )
    }
    best = scheduled(steps, ends(graph))
    order = tuple(steps.index(step) for step in best)
    assert peaks[order] == min(peaks.values())
    assert order == tuple(range(len(steps))) or peaks[order] < peaks[tuple(range(len(steps)))]


def test_a_wide_branch_waits_until_it_is_wanted() -> None:
    """Both expand and shrink again: the steps of one branch run first, however the file mixes them."""
    x, out = tensor(0, 10), tensor(9, 10)
    wide = [tensor(1, 100), tensor(2, 100)]
    thin = [tensor(3, 10), tensor(4, 10)]
    ops = (
        *(Fake((x,), wide[i]) for i in (0, 1)),
        *(Fake((wide[i],), thin[i]) for i in (0, 1)),
        Fake((thin[0], thin[1]), out),
    )
    graph = graph_between(ops, [x], [out])
    assert (
        plan(Program(graph, as_steps(*ops), "generic", "size", False)).arena == 210
    )  # both wide ones, x or a thin one
    assert plan(lower(graph)).arena == 120


def test_many_branches_are_ordered_greedily() -> None:
    x, out = tensor(0, 1), tensor(99, 1)
    wide = [tensor(i, 100) for i in range(1, 31)]
    thin = [tensor(i + 40, 1) for i in range(30)]
    ops = (*(Fake((x,), a) for a in wide), *(Fake((a,), b) for a, b in zip(wide, thin, strict=True)))
    ops = (*ops, Fake(tuple(thin), out))
    # The last of them with x, beside the thin ones.
    assert plan(lower(graph_between(ops, [x], [out]))).arena == 29 + 100 + 1
