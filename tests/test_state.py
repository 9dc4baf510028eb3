"""Networks with state: every implementation, every byte, again after a reset."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import UnsupportedError, UsageError
from edgecnn.lowering.lower import lower
from edgecnn.lowering.planner import plan
from edgecnn.oracles import Oracle
from edgecnn.verification import verify
from tests.support.doors import delay, mixed, random_values, written
from tests.support.tflite_builder import Builder


def test_a_network_remembers_until_it_is_reset(tmp_path: Path, tflite_runtime: Oracle, tflite_micro: Oracle) -> None:
    graph = graph_of(delay())
    x = random_values(graph, 100)["t0"]
    expected = graph.evaluate(x)
    for oracle in (tflite_runtime, tflite_micro):
        for _ in range(2):  # an oracle begins anew each time
            theirs = oracle.evaluate(graph.source, x)[graph.outputs[0].index]
            np.testing.assert_array_equal(theirs[:, 0], expected)
    model = written(delay(), tmp_path / "c")
    for _ in range(2):
        np.testing.assert_array_equal(model.evaluate(x), expected)
    assert not np.array_equal(graph.evaluate(x[1:]), expected[1:])
    assert not np.array_equal(graph.evaluate(x[:1]), graph.evaluate(x[:1] * 0))
    (tmp_path / "m.tflite").write_bytes(delay())
    verify(tmp_path / "m.tflite", random=100).check()


def test_the_tensors_of_state_share_no_memory(tmp_path: Path) -> None:
    """Other networks of the same memory, layers out of their order: what is remembered stays where it is."""
    program = lower(graph_of(delay()))
    assert [step.ops[0].kind for step in program.steps][-1] == "assign_variable"
    with pytest.raises(UsageError, match="without --stream"):
        lower(graph_of(delay()), stream=1)


@pytest.mark.parametrize(("model", "what"), [(delay, "state"), (mixed, "several inputs")])
def test_only_one_input_without_memory_comes_row_by_row(model: Callable[[], bytes], what: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"a network with {what} cannot take its input row by row; convert it without"):
        write_c(graph_of(model()), tmp_path / "c", stream=None)


def test_later_layers_leave_alone_what_is_remembered(tmp_path: Path) -> None:
    """It was read for the last time, and is assigned when all else was computed: its memory is nobody else's."""
    b = Builder()
    x = b.input((1, 64), 0.5, 0)
    handle = b.variable(np.arange(64)[np.newaxis])
    total = b.binary("ADD", b.read_variable(handle, (1, 64), 0.5, 0), x, 0.5, 0)
    y = b.binary("MUL", total, x, 0.25, 3)
    b.assign_variable(handle, x)
    graph = graph_of(model := b.finish(b.binary("SUB", y, total, 0.5, -3)))
    program = lower(graph)
    (state,) = graph.states
    offsets = plan(program).offsets
    for tensor, at in offsets.items():
        same = tensor in (state.tensor, state.following)
        assert same or at + tensor.bytes <= offsets[state.tensor] or at >= offsets[state.tensor] + state.tensor.bytes
    values = random_values(graph, 20)["t0"]
    np.testing.assert_array_equal(written(model, tmp_path / "c").evaluate(values), graph.evaluate(values))


def test_a_read_after_an_assignment_is_of_what_was_assigned(tflite_runtime: Oracle, tflite_micro: Oracle) -> None:
    b = Builder()
    x = b.input((1, 4), 0.5, 0)
    handle = b.variable(np.array([[1, 2, 3, 4]]))
    total = b.binary("ADD", b.read_variable(handle, (1, 4), 0.5, 0), x, 0.5, 0)
    b.assign_variable(handle, total)
    again = b.read_variable(handle, (1, 4), 0.5, 0)
    model = b.finish(b.binary("MUL", again, x, 0.5, 0), total)
    graph = graph_of(model)
    values = random_values(graph, 20)["t0"] // 16
    expected = graph.evaluate(values)
    for oracle in (tflite_runtime, tflite_micro):
        theirs = oracle.evaluate(model, values)
        for door in graph.outputs:
            np.testing.assert_array_equal(theirs[door.tensor.index][:, 0], expected[door.name])


def test_an_old_state_cannot_leave_the_network() -> None:
    b = Builder()
    x = b.input((1, 4), 0.5, 0)
    handle = b.variable(np.zeros((1, 4)))
    old = b.read_variable(handle, (1, 4), 0.5, 0)
    b.assign_variable(handle, x)
    graph = graph_of(b.finish(b.binary("ADD", old, x, 0.5, 0), old))
    with pytest.raises(UnsupportedError, match="given what its variable 'variable0' held before; copy that"):
        write_c(graph, Path("nowhere"))
