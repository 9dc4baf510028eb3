"""The order of the steps: none needs less memory."""

from itertools import permutations

from hypothesis import given

from edgecnn.graph import Graph
from edgecnn.lowering.lower import lower
from edgecnn.lowering.planner import plan
from edgecnn.lowering.schedule import _Memory, scheduled
from edgecnn.program.program import Program
from tests.support.fake_ops import Fake, as_steps, ends, graph_between, graphs, tensor


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
