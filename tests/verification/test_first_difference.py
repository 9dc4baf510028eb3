"""What differs is named by one number, from the report to the line of C."""

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgecnn import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import VerificationError
from edgecnn.oracles import Oracle
from edgecnn.report import page, text
from edgecnn.verification import proof, verify
from tests.support.lenet import lenet

Array = np.ndarray[Any, Any]


class Lying(Oracle):
    """tflite_runtime, but wrong by one in one code of one tensor."""

    def __init__(self, tensor: int) -> None:
        super().__init__("tflite_runtime")
        self.tensor = tensor

    def evaluate(self, model: bytes, x: Array | Mapping[int, Array]) -> dict[int, Array]:
        answer = super().evaluate(model, x)
        answer[self.tensor] = answer[self.tensor].copy()
        answer[self.tensor].flat[-1] ^= 1
        return answer


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """LeNet as a model, as C, as C that is streamed and as C of single ops."""
    place = tmp_path_factory.mktemp("lenet")
    (place / "net.tflite").write_bytes(lenet())
    ways: dict[str, dict[str, Any]] = {"c": {}, "streamed": {"stream": 2}, "single": {"fuse": False}}
    for folder, how in ways.items():
        write_c(graph_of(lenet()), place / folder, name="net", **how)
    return {name: place / name for name in ("net.tflite", *ways)}


# Where, and the position of an op in the graph -> its number and words, and what the line of C calls.
WRONG = {
    ("c", 2): ("1.0", "conv2d 5x5 relu", "&layer1, "),
    ("c", 3): ("1.1", "max_pool2d 2x2/2", "&layer1, "),
    ("c", 4): ("1.1", "reshape", "&layer1, "),  # it computes nothing: these codes are written there
    ("c", 6): ("3", "fully_connected relu", "&layer3, "),
    ("net.tflite", 3): ("1.1", "max_pool2d 2x2/2", "&layer1, "),
    ("streamed", 3): ("0.1.1", "max_pool2d 2x2/2", "&layer0_1, "),
    ("single", 3): ("3", "max_pool2d 2x2/2", "&layer3, "),
}


@pytest.mark.parametrize(("place", "position"), WRONG)
def test_one_wrong_bit_is_found_and_named(
    place: str, position: int, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the number of the layer or of the op in it, the tensor, and the line of C, wherever a report says so."""
    tensor = graph_of(lenet()).ops[position].output
    monkeypatch.setattr(proof, "available", lambda: [Lying(tensor.index)])
    result = verify(places[place], dataset=None, random=20)
    assert not result.ok
    assert result.unequal_bytes == 1
    oracle = result.parties[-1]
    assert oracle.max_difference == 1
    assert oracle.first
    number, title, call = WRONG[place, position]
    line, model = oracle.first.where.line, place == "net.tflite"
    assert line
    source = places["c" if model else place] / "net.c"
    assert call in source.read_text().splitlines()[line - 1]
    of = "net.c as converted for generic" if model else "net.c"
    words = f"layer {number} ({title}, {tensor}), line {line} of {of}, on random bytes"
    with pytest.raises(VerificationError) as caught:
        result.check()
    assert (caught.value.exit_code, words in str(caught.value)) == (30, True)
    verdict = f"NOT EQUAL: 1 bytes differ; first difference: {words}."
    assert str(result) == verdict
    assert verdict in " ".join(text(result).split())
    assert escape(verdict) in page(result)
    first = result.to_json()["parties"][-1]["first_difference"]
    assert (first["number"], first["op"], first["tensor"], first["line"]) == (number, title, tensor.name, line)


NUMBERS = {
    "net.tflite": ["", "0.0", "0.1", "1.0", "1.1", "1.1", "2", "3", "4", "5"],
    "streamed": ["", "0.0.0", "0.0.1", "0.1.0", "0.1.1", "0.1.1", "1", "2", "3", "4"],
    "single": ["", "0", "1", "2", "3", "3", "4", "5", "6", "7"],
}


@pytest.mark.parametrize("place", NUMBERS)
def test_reports_have_the_numbers_of_the_program_as_converted(place: str, places: dict[str, Path]) -> None:
    result = verify(places[place], dataset=None, random=1, with_oracles=False)
    layers = result.to_json()["layers"]
    assert [layer["number"] or "" for layer in layers] == NUMBERS[place]
    shown, html = text(result), page(result)
    for layer in layers[1:]:
        row = f" {layer['number']} +{layer['op']} .* {layer['line']} *$"
        assert re.search(row, shown, re.MULTILINE), row
        assert f'<td class="label">{layer["number"]}</td><td class="label">{layer["op"]}</td>' in html
