"""The manifest says on which lines of the C a layer is, and the C has the manifest's numbers."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from edgecnn.converters.facts import CallFacts, Lines
from edgecnn.converters.graph_to_c import Generated, generate
from edgecnn.converters.located import Located, joined, named
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.graph import Graph
from edgecnn.lowering.lower import streamable_steps
from edgecnn.ops import TFLITE_OPS
from tests.support.doors import delay, mixed
from tests.support.lenet import lenet
from tests.support.random_graphs import random_graph
from tests.support.random_models import random_model
from tests.support.small_networks import everything
from tests.support.tflite_builder import Builder

TARGETS = ["generic", "cortex-m4", "cortex-m0plus"]
NETWORKS: dict[str, Callable[[], Graph]] = {
    "lenet": lambda: graph_of(lenet()),
    "every kernel": everything,
    "several inputs and outputs": lambda: graph_of(mixed()),
    "state": lambda: graph_of(delay()),
}


def check(made: Generated) -> None:
    """All that the manifest says of the lines, and that it says it of all there is."""
    source = made.contents["net.c"].decode()
    lines, layers = source.splitlines(), made.manifest.layers
    calls = [call for layer in layers for call in layer.calls]
    for call in calls:
        check_call(call, lines)
    said = {symbol for call in calls for symbol in (symbol_of(call), *call.arrays)}
    assert said == set(
        re.findall(r"^static const .*?(layer\d\w*)(?:\[\d*\])?(?: __attribute__.*)? = \{$", source, re.M)
    )
    assert len(re.findall(r"\bedgecnn_\w+\(&layer", source)) == len(calls)
    check_numbers(made, source)


def check_call(call: CallFacts, lines: list[str]) -> None:
    symbol = symbol_of(call)
    case = call.number.split(".")[-1]
    assert re.fullmatch(rf" +case {case}: +edgecnn_{call.kernel}\(&{symbol}, .*", lines[call.line - 1])
    of_params = block(lines, call.params)
    assert of_params[0] == f"static const EDGECNN_FLASH edgecnn_{call.kernel}_params {symbol} = {{"
    assert all(re.fullmatch(r"    \.[\w.]+ = [\w-]+,", line) for line in of_params[1:-1])
    for array, where in call.arrays.items():
        first, *numbers, _ = block(lines, where)
        assert (found := re.search(rf" u?int\d+_t {array}\[(\d*)\].* = \{{$", first))
        values = re.findall(r"-?\w+,", " ".join(line for line in numbers if not line.startswith("EDGECNN_CONTINUED")))
        assert len(values) == int(found[1] or len(values))
        assert any(f"= {array}," in line for line in of_params) or f"{array}" in lines[call.line - 1]


def block(lines: list[str], where: Lines) -> list[str]:
    """From a definition's first line to its last."""
    found = lines[where.first - 1 : where.last]
    assert found.index("};") == len(found) - 1
    return found


def symbol_of(call: CallFacts) -> str:
    return f"layer{call.number.replace('.', '_')}"


def check_numbers(made: Generated, source: str) -> None:
    """Comments have those of the manifest; each op of the graph has one, but for what passes on the input."""
    opening, layers = source.partition("#include")[0], made.manifest.layers
    graph = made.program.graph
    assert [layer.number for layer in layers] == list(range(len(layers)))
    given = {door.tensor for door in graph.inputs} | {state.tensor for state in graph.states}
    for op in graph.ops:
        if op.kernel_call() is None and op.inputs[0] in given:
            given.add(op.output)
    placed = {op.output.tensor: op for layer in layers for op in layer.ops}
    assert placed.keys() == {op.output.index for op in graph.ops if op.output not in given}
    passing = {op.output.index for op in graph.ops if op.kernel_call() is None}
    computed = [op.number for layer in layers for op in layer.ops if op.output.tensor not in passing]
    assert len(computed) == len(set(computed))
    for layer in layers:
        assert f"\n/* Layer {layer.number}: " in source
        for part in layer.ops:
            assert re.search(rf"^ \* {re.escape(part.number)} +{part.kind}\b", opening, re.M), part
            assert any((part.number + ".").startswith(call.number + ".") for call in layer.calls)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_c_has_on_a_line_what_the_manifest_says(name: str, target: str) -> None:
    for fuse in (True, False):
        check(generate(NETWORKS[name](), name="net", target=target, optimize="balanced", fuse=fuse))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("stream", [1, 2])
def test_of_streamed_layers_it_says_the_lines_of_each_stage(stream: int, target: str) -> None:
    graph = graph_of(lenet())
    assert streamable_steps(graph) == 2
    made = generate(graph, name="net", target=target, optimize="speed", stream=stream)
    check(made)
    first = made.manifest.layers[0]
    assert [call.number for call in first.calls] == ["0.0", "0.1"][:stream]
    assert [op.number for op in first.ops][: 2 * stream] == ["0.0.0", "0.0.1", "0.1.0", "0.1.1"][: 2 * stream]
    assert "\n/* Layer 0.0: 0.0.0 conv2d 5x5 relu + 0.0.1 max_pool2d 2x2/2, 32x32x1 -> 14x14x6 */\n" in str(
        made.contents["net.c"], "utf-8"
    )


def test_random_networks_of_all_ops() -> None:
    b = Builder()
    clipped = b.finish(b.operator("RELU_N1_TO_1", [b.input((1, 4), 0.1, 0)], b.tensor((1, 4), 0.1, 0)))  # never drawn
    seed, kinds = 0, set[type]()
    while seed < 60 or not kinds >= set(TFLITE_OPS.values()):
        assert seed < 600, f"{set(TFLITE_OPS.values()) - kinds} were never drawn"
        rng = np.random.default_rng([7, seed])
        drawn, _ = (random_graph if seed % 3 == 0 else random_model)(rng)
        graph = graph_of(drawn if seed else clipped)
        kinds |= {type(op) for op in graph.ops}
        check(generate(graph, name="net", target=TARGETS[seed % 3], optimize="balanced"))
        seed += 1


def test_text_knows_where_its_parts_are_however_it_is_put_together() -> None:
    inner = joined(["a\n", named("b", "b1\nb2\n"), "c ", named("d", "d"), "\n"])
    outer = joined(["x\n", inner, named("y", "y")], "\n")
    assert outer == Located("x\n\na\nb1\nb2\nc d\n\ny", {"b": (4, 5), "d": (6, 6), "y": (8, 8)})
    with pytest.raises(AssertionError, match="two parts of one name"):
        joined([inner, inner])
