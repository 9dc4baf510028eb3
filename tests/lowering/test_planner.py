"""Memory plans, checked by running them on labelled bytes instead of by the planner's own idea of lifetimes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.graph import Graph
from edgecnn.lowering.lower import lower
from edgecnn.lowering.planner import Plan, plan
from edgecnn.lowering.schedule import _Memory
from edgecnn.program.program import Program
from edgecnn.tensor import Tensor
from tests.support.fake_ops import Fake, ends, graph_between, graphs, tensor
from tests.support.lenet import lenet
from tests.support.random_models import random_model
from tests.support.tflite_builder import Builder


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
