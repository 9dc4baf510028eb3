"""The proof itself is put to the test: it must find what is wrong, wherever it is."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgecnn import datasets, write_c, zoo
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.datasets import Dataset, Split
from edgecnn.errors import EdgecnnError, UsageError, VerificationError
from edgecnn.oracles import Oracle, available
from edgecnn.oracles.trust import not_deciding
from edgecnn.report import page, text
from edgecnn.verification import Verification, proof, verify
from tests.lenet import lenet
from tests.test_cli import run
from tests.tflite_builder import Builder


@pytest.fixture(scope="module")
def committed() -> Verification:
    """The committed LeNet with its float model, on a few digits."""
    path = zoo.trained("lenet5_mnist")
    return verify(path, dataset="digits", limit=64, random=32)


def test_the_committed_lenet(committed: Verification) -> None:
    assert committed.ok
    committed.check()
    assert [party.name for party in committed.parties if party.decides] == [
        "C (op by op)",
        "C (as converted)",
        "tflite_runtime",
        "tflite_micro",
    ]
    activations = 1024 + 4704 + 1176 + 1600 + 400 + 400 + 120 + 100 + 10 + 10
    op_by_op, converted, *oracles = committed.parties
    for party in oracles:
        assert party.bytes == 96 * activations, party.name
    assert op_by_op.bytes == 96 * (activations - 1024 - 400)  # the input and the reshape are no calls of C
    assert converted.bytes == op_by_op.bytes - 96 * (4704 + 1600)  # nor what is pooled at once


def test_float_layers_are_matched(committed: Verification) -> None:
    """Every layer but the logits, which Keras does not show, is close to the float model's."""
    assert committed.float_accuracy is not None
    figures = {tensor.name: fidelity.to_json() for tensor, fidelity in committed.layers.items()}
    matched = {name: f for name, f in figures.items() if f["SQNR"] is not None}
    assert len(matched) == len(committed.graph.ops) - 1
    for name, figure in matched.items():
        assert figure["SQNR"] is not None
        assert figure["SQNR"] > 25, name
        assert figure["cosine"] is not None
        assert figure["cosine"] > 0.995, name


def test_reports_say_the_same(committed: Verification) -> None:
    assert committed.int8_accuracy is not None
    share = f"{committed.int8_accuracy.share:.2%}"
    for report in (text(committed), page(committed)):
        assert share in report
        assert committed.graph.sha256 in report
        assert "Equal in every byte" in report
        assert "conv2d 5x5 relu" in report
    assert not re.search(r"https?://|<script|src=", page(committed))  # needs nothing beside it


def test_a_name_cannot_break_the_page(committed: Verification) -> None:
    original, committed.name = committed.name, "<script>alert(1)</script>"
    try:
        assert "<script>" not in page(committed)
    finally:
        committed.name = original


class Lying(Oracle):
    """tflite_runtime, but wrong by one in one code of one layer, on random bytes only."""

    layer: int

    def evaluate(self, model: bytes, given: Any) -> dict[int, np.ndarray]:
        answer = super().evaluate(model, given)
        (x,) = given.values()
        if x.min() < -128 + 1 and x.std() > 60:
            answer[self.layer] = answer[self.layer].copy()
            answer[self.layer].flat[-1] ^= 1
        return answer


class Failing(Oracle):
    """An interpreter that refuses the model."""

    def evaluate(self, model: bytes, x: Any) -> dict[int, np.ndarray]:
        raise EdgecnnError("it will not have it.")


@pytest.fixture
def oracles(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Oracle]]:
    """The list of oracles that verify finds installed, for a test to fill."""
    found: list[Oracle] = []
    monkeypatch.setattr(proof, "available", lambda: found)
    yield found
    for oracle in found:
        oracle.close()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "net.tflite"
    path.write_bytes(lenet())
    return path


def test_one_wrong_bit_is_found_and_named(model: Path, oracles: list[Oracle]) -> None:
    graph = graph_of(model.read_bytes())
    liar = Lying("tflite_runtime")
    liar.layer = graph.ops[4].output.index
    oracles.append(liar)
    result = verify(model, dataset=None, random=20)
    assert not result.ok
    assert result.unequal_bytes == 1
    oracle = result.parties[-1]
    assert oracle.max_difference == 1
    assert oracle.first.startswith("layer 4 (")
    assert "random bytes" in oracle.first
    with pytest.raises(VerificationError, match="layer 4"):
        result.check()
    assert "NOT EQUAL" in text(result)


def test_a_failing_oracle_is_no_proof(model: Path, oracles: list[Oracle]) -> None:
    oracles.append(Failing("tflite_runtime"))
    result = verify(model, dataset=None, random=5)
    assert not result.ok
    with pytest.raises(VerificationError, match="it will not have it"):
        result.check()
    assert "NOT PROVED" in text(result)
    oracles.append(Oracle("tflite_micro"))
    verify(model, dataset=None, random=5).check()  # one that works is enough


def test_without_any_exact_oracle(model: Path, oracles: list[Oracle]) -> None:
    with pytest.raises(UsageError, match="without-oracles"):
        verify(model, dataset=None, random=5)
    result = verify(model, dataset=None, random=5, with_oracles=False)
    assert result.ok
    assert "no TFLite oracle was asked" in text(result)


def test_known_deviations_do_not_decide(tmp_path: Path) -> None:
    """TFLite Micro is known to be wrong for a RELU6 alone; what comes before it, it decides."""
    builder = Builder()
    x = builder.max_pool_2d(builder.input((1, 6, 6, 2), 0.05, 3), (2, 2), (2, 2))
    path = tmp_path / "relu6.tflite"
    path.write_bytes(builder.finish(builder.quantize(builder.relu6(x, 0.03, -100), 0.02, -90)))
    graph = graph_of(path.read_bytes())
    assert list(not_deciding("tflite_micro", graph)) == [op.output for op in graph.ops[1:]]
    assert not_deciding("tflite_runtime", graph) == {}
    result = verify(path, dataset=None, random=50)
    result.check()
    micro = next(party for party in result.parties if party.name == "tflite_micro")
    other = next(party for party in result.parties if party.name == "tflite_runtime")
    assert 0 < micro.bytes < other.bytes
    assert "does not decide 2 layers" in text(result)


def test_the_first_layer_of_c_that_differs(model: Path, tmp_path: Path) -> None:
    """One weight of the third fully connected layer changed in the C folder."""
    folder = tmp_path / "c"
    write_c(graph_of(model.read_bytes()), folder, name="net")
    source = folder / "net.c"
    code = source.read_text()
    start = code.index("layer4_bias[10] = {\n    ") + len("layer4_bias[10] = {\n    ")
    source.write_text(code[:start] + "90000 + " + code[start:])
    result = verify(folder, dataset=None, random=20, trust=True)
    assert result.parties[0].first.startswith("layer 7 (")  # the reshape counts as a layer of the graph
    assert all(party.unequal_bytes == 0 for party in result.parties[1:])


def test_json_has_what_is_promised(committed: Verification) -> None:
    report: dict[str, Any] = committed.to_json()
    assert report["n"] == 64
    assert report["unequal_bytes"] == 0
    assert 0 <= report["accuracy"] <= 1
    assert report["flips"].keys() == {"right_to_wrong", "wrong_to_right"}
    assert sum(map(sum, report["confusion"])) == 64
    assert report["provenance"]["tflite_sha256"] == committed.graph.sha256


def test_classes_are_called_what_they_are_called(committed: Verification) -> None:
    """Rich would take [red] for an order, and [/b] for a fault."""
    names = ("[red]", "[/b]", "<i>", *map(str, range(7)))
    named = replace(committed, classes=names)
    assert all(name in text(named) for name in names)
    assert "&lt;i&gt;" in page(named)


def test_the_confusion_matrix_is_in_text_and_page(committed: Verification) -> None:
    assert committed.confusion is not None
    shown = text(committed).partition("Confusion matrix (int8)")[2].partition("Against the NumPy")[0].splitlines()
    rows = [line.split() for line in shown if line.split()[:1] and line.split()[0].isdigit()]
    names, *rows = rows
    assert names == list("0123456789")
    for digit, counts in zip(rows, committed.confusion.tolist(), strict=True):
        assert digit[1:] == [str(count) for count in counts if count]
    large = replace(committed, classes=tuple(map(str, range(100))), confusion=np.eye(100, dtype=np.int64))
    assert "Confusion matrix" not in text(large)  # a hundred columns
    assert page(large).count("<th>99</th>") == 2


def test_the_data_set_is_the_one_of_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which the .keras file beside the model names; what cannot be had without a download is said, and not fetched."""
    there = zoo.trained("lenet5_mnist")
    monkeypatch.setattr(datasets, "available", lambda name, folder=None: name == "digits")
    result = verify(there, limit=8, random=1, with_oracles=False)
    assert (result.data["dataset"], result.data["n"]) == ("digits", 8)
    assert result.notes == ["mnist, which it was trained on, is not here: compared on digits."]
    small, digits = mnist_like(), datasets.load("digits")
    monkeypatch.setattr(datasets, "available", lambda name, folder=None: True)
    monkeypatch.setattr(datasets, "load", lambda name, *_: {"mnist": small, "digits": digits}[name])
    result = verify(there, limit=8, random=1, with_oracles=False)
    assert (result.data["dataset"], result.data["n"], result.notes) == ("mnist", 3, [])
    model = tmp_path / "net.tflite"
    model.write_bytes(lenet())
    result = verify(model, limit=8, random=1, with_oracles=False)
    assert result.notes == ["no --dataset is named: compared on digits."]


def mnist_like() -> Dataset:
    split = Split(np.zeros((3, 32, 32, 1), np.uint8), np.zeros(3, np.int64))
    return Dataset("mnist", split, split, split, tuple("0123456789"))


def test_what_is_no_classifier_of_these_classes_is_compared_and_not_graded(tmp_path: Path) -> None:
    builder = Builder()
    model = tmp_path / "smaller.tflite"
    model.write_bytes(builder.finish(builder.max_pool_2d(builder.input((1, 32, 32, 1), 1 / 255, -128), (2, 2), (2, 2))))
    result = verify(model, dataset="digits", limit=5, random=2, with_oracles=False)
    assert (result.data["n"], result.int8_accuracy, result.confusion) == (5, None, None)
    assert result.parties[0].bytes == 7 * 256
    (note,) = result.to_json()["notes"]
    assert note == "smaller has 256 outputs and digits 10 classes, so it was compared on these images and not graded."
    assert "Accuracy" not in text(result)
    gated = run("verify", model, "--dataset", "digits", "--limit", 5, "--random", 2, "--min-accuracy", 0.5)
    assert gated.returncode == 2
    assert gated.stderr.endswith(f"there is no accuracy for --min-accuracy: {note}\n")


def test_the_oracles_are_installed() -> None:
    """A missing oracle must not pass for an agreeing one."""
    found = available()
    assert {oracle.name for oracle in found if oracle.exact} == {"tflite_runtime", "tflite_micro"}
