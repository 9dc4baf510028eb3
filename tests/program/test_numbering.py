"""One numbering for each way of conversion: layers as the C counts them, and within them what one kernel computes."""

import json
from pathlib import Path

import numpy as np
import pytest

from edgecnn import HostModel, write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.graph import Graph
from edgecnn.lowering.lower import lower
from edgecnn.onboard import profiling
from edgecnn.program.numbering import numbering
from tests.support.lenet import lenet
from tests.support.tflite_builder import Builder


def numbers(graph: Graph, **how: object) -> dict[str, tuple[str, str]]:
    """Number and number of the call of each tensor, by the kind of its op and which of that kind it is."""
    found: dict[str, tuple[str, str]] = {}
    for place in numbering(lower(graph, **how)).places.values():  # type: ignore[arg-type]
        kind = place.op.kind if place.op else "given"
        found[f"{kind} {sum(key.startswith(kind + ' ') for key in found)}"] = (place.number, place.call)
    return found


def test_ops_of_one_kernel_are_counted_within_their_layer() -> None:
    assert numbers(graph_of(lenet())) == {
        "given 0": ("", ""),
        "conv2d 0": ("0.0", "0"),
        "max_pool2d 0": ("0.1", "0"),
        "conv2d 1": ("1.0", "1"),
        "max_pool2d 1": ("1.1", "1"),
        "reshape 0": ("1.1", "1"),
        "fully_connected 0": ("2", "2"),
        "fully_connected 1": ("3", "3"),
        "fully_connected 2": ("4", "4"),
        "softmax 0": ("5", "5"),
    }


def test_each_stage_of_a_streamed_layer_is_a_call() -> None:
    found = numbers(graph_of(lenet()), stream=2)
    assert found["max_pool2d 0"] == ("0.0.1", "0.0")
    assert found["conv2d 1"] == ("0.1.0", "0.1")
    assert found["fully_connected 0"] == ("1", "1")
    assert numbers(graph_of(lenet()), stream=1)["conv2d 0"] == ("0.0.0", "0.0")
    assert numbers(graph_of(lenet()), stream=1, fuse=False)["conv2d 0"] == ("0.0", "0.0")


def test_what_computes_nothing_has_the_number_of_what_wrote_its_codes() -> None:
    b = Builder()
    x = b.reshape(b.reshape(b.input((1, 4, 4, 1), 1, 0), (1, 16)), (1, 4, 2, 2))
    y = b.reshape(b.reshape(b.max_pool_2d(x, (2, 2), (1, 1)), (1, 6)), (1, 3, 2))
    assert numbers(graph_of(b.finish(b.relu(y, 1, 0)))) == {
        "given 0": ("", ""),
        "reshape 0": ("", ""),
        "reshape 1": ("", ""),
        "max_pool2d 0": ("0", "0"),
        "reshape 2": ("0", "0"),
        "reshape 3": ("0", "0"),
        "relu 0": ("1", "1"),
    }


@pytest.mark.parametrize("how", [{}, {"fuse": False}, {"stream": 2}], ids=str)
def test_layer_n_is_the_same_everywhere(how: dict[str, int], tmp_path: Path) -> None:
    """In the numbering, manifest, host model and profile, as the C calls it."""
    graph = graph_of(lenet())
    write_c(graph, tmp_path / "c", name="net", **how)  # type: ignore[arg-type]
    program = lower(graph, **how)  # type: ignore[arg-type]
    outputs = [part.ops[-1].output.index for part in numbering(program).layers]
    facts = json.loads((tmp_path / "c" / "manifest.json").read_text())["layers"]
    assert [layer["output"]["tensor"] for layer in facts] == outputs
    assert [layer["ops"][0]["number"].partition(".")[0] for layer in facts] == [str(n) for n in range(len(outputs))]
    model = HostModel(tmp_path / "c")
    assert list(model.trace(np.zeros((1, 32, 32, 1), np.int8))) == outputs
    costs = profiling.profile(tmp_path / "c", "host", emulated=True).to_json()["layers"]
    assert [(cost["number"], cost["layer"]) for cost in costs] == [(fact["number"], fact["title"]) for fact in facts]
