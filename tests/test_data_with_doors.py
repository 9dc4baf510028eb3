"""Networks of several inputs and outputs, and with state, on data of one's own, through the real command line."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgecnn import HostModel
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.support.metrics import accuracy, auc, mae
from tests.support.command_line import refused, run
from tests.support.doors import delay, mixed, random_values
from tests.support.tflite_builder import Builder

ROWS = 40
EXACT = {"tflite_runtime", "tflite_micro"}


def done(*arguments: object) -> Any:
    """What the command prints with --json."""
    ended = run(*arguments, "--json")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The networks, converted, and data for them, by name."""
    work = tmp_path_factory.mktemp("doors")
    (work / "mixed.tflite").write_bytes(mixed())
    (work / "delay.tflite").write_bytes(delay())
    for name in ("mixed", "delay"):
        assert run("convert", work / f"{name}.tflite", "-o", work / name).returncode == 0
    rng = np.random.default_rng(5)
    test = np.array(["test"] * ROWS)
    arrays: dict[str, Any] = {
        "input_0": rng.integers(0, 256, (ROWS, 4, 4, 2), np.uint8),
        "input_1": rng.normal(0, 8, (ROWS, 6)).astype(np.float32),
        "output_0": rng.integers(0, 5, ROWS),
        "output_2": rng.normal(0, 2, (ROWS, 5)).astype(np.float32),
    }
    np.savez(work / "mixed.npz", split=test, **arrays)
    sequence = rng.normal(0, 30, (100, 1, 3)).astype(np.float32)
    np.savez(work / "delay.npz", x=sequence, y=sequence[:, 0, :1], split=np.array(["test"] * 100))
    return {path.name: path for path in work.iterdir()}


@pytest.mark.parametrize("model", ["mixed", "mixed.tflite"])
def test_verify_with_several_inputs_and_outputs(model: str, places: dict[str, Path]) -> None:
    report = done("verify", places[model], "--dataset", f"file:{places['mixed.npz']}", "--random", 20)
    assert (report["n"], report["unequal_bytes"]) == (ROWS, 0)
    compared = {party["name"]: party for party in report["parties"]}
    assert compared.keys() >= EXACT
    for name, party in compared.items():
        assert party["bytes_compared"] >= (ROWS + 20) * (5 + 12 + 5), name
        assert (party["unequal_bytes"], party["failure"]) == (0, None)
    assert report["notes"] == [
        "it is not said by --output which one of output_0, output_2 should be graded, so it was compared on "
        "these images and not graded."
    ]


def test_the_output_and_the_metric_are_chosen(places: dict[str, Path]) -> None:
    """The figures are those of what the C computes."""
    data = np.load(places["mixed.npz"])
    model = HostModel(places["mixed"])
    codes = {door.name: door.codes_of(data[door.name]) for door in model.inputs}
    answers = {door.name: door.reals_of(model.evaluate(codes)[door.name]) for door in model.outputs}
    for output, metric, figure in (
        ("output_0", "accuracy", accuracy(answers["output_0"].argmax(1), data["output_0"]).share),
        ("output_0", "auc", auc(answers["output_0"], data["output_0"])),
        ("output_2", "mae", mae(answers["output_2"], data["output_2"])),
        ("output_2", "rmse", float(np.sqrt(((answers["output_2"] - data["output_2"]) ** 2).mean()))),
    ):
        asked = ("--dataset", f"file:{places['mixed.npz']}", "--output", output, "--metric", metric)
        report = done("verify", places["mixed"], *asked, "--random", 1, "--without-oracles")
        assert (report["output"], report["metric"]) == (output, metric)
        assert report["int8"][metric] == pytest.approx(figure, rel=1e-5)
        assert metric in report["formulas"]
        text = run("verify", places["mixed"], *asked, "--random", 1, "--without-oracles").stdout
        assert format(report["int8"][metric], ".2%" if metric == "accuracy" else ".6g") in text
    by_mae = ("--dataset", f"file:{places['mixed.npz']}", "--output", "output_2", "--min-accuracy", 0.5)
    gated = run("verify", places["mixed"], *by_mae, "--random", 1, "--without-oracles")
    assert gated.returncode == 2
    assert "there is no accuracy for --min-accuracy: it was graded by mae." in gated.stderr


@pytest.mark.parametrize("board", ["host", "mps2_an386"])
def test_eval_with_several_inputs_and_outputs(board: str, places: dict[str, Path]) -> None:
    asked = ("--board", board, "--emulate", "--dataset", f"file:{places['mixed.npz']}", "--output", "output_2")
    report = done("eval", places["mixed"], *asked)
    assert (report["n"], report["unequal_bytes"], report["lost"]) == (ROWS, 0, 0)
    assert report["output"] == "output_2"
    assert report["grades"]["board"] == report["grades"]["int8"] == {"mae": report["mae"], "n": ROWS}


def test_eval_of_a_sequence(places: dict[str, Path]) -> None:
    """A hundred rows that follow each other, and again: each time from the beginning."""
    asked = ("--board", "mps2_an386", "--emulate", "--dataset", f"file:{places['delay.npz']}")
    for limit in (100, 100, 7):
        report = done("eval", places["delay"], *asked, "--limit", limit)
        assert (report["n"], report["unequal_bytes"], report["resumed"]) == (limit, 0, 0)
        assert report["not_graded"] == "delay has 4 values in that output and file:" + f"{places['delay.npz']} 1"
    report = done("verify", places["delay"], "--dataset", f"file:{places['delay.npz']}", "--random", 100)
    assert (report["n"], report["unequal_bytes"]) == (100, 0)


def test_run_takes_arrays_and_gives_every_output(places: dict[str, Path], tmp_path: Path) -> None:
    graph = graph_of(mixed())
    values = random_values(graph, 1)
    pixels = values["input_0"]
    for name, array in values.items():
        np.save(tmp_path / f"{name}.npy", array[0])
    arrays = [part for name in values for part in ("--array", f"{name}={tmp_path / name}.npy")]
    codes = {door.name: door.codes_of(values[door.name]) for door in graph.inputs}
    expected = {door.name: door.reals_of(graph.evaluate(codes)[door.name]).ravel() for door in graph.outputs}
    assert pixels.dtype == np.uint8
    for where in ([], ["--with", "tflite"], ["--board", "host", "--emulate"]):
        report = done("run", places["mixed"], *arrays, *where)
        assert report["outputs"] == {name: array.tolist() for name, array in expected.items()}
    text = run("run", places["mixed"], *arrays).stdout.splitlines()
    assert [line.partition(": ")[0] for line in text] == list(expected)
    assert text[2] == "output_2: " + " ".join(f"{value:.6g}" for value in expected["output_2"])
    np.save(tmp_path / "x.npy", np.zeros((1, 1, 3), np.float32))
    only = done("run", places["delay"], "--array", tmp_path / "x.npy")
    assert list(only["outputs"]) == [graph_of(delay()).outputs[0].name]


def test_arrays_that_do_not_fit(places: dict[str, Path], tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((4, 4, 3), np.uint8))
    np.save(tmp_path / "i.npy", np.zeros((4, 4, 2), np.int32))
    np.save(tmp_path / "n.npy", np.zeros(6, np.float32))
    x, i, n = (f"input_{d}={tmp_path / name}.npy" for d, name in ((0, "x"), (0, "i"), (1, "n")))
    for arrays, words in (
        ([n], ("input_0 is not given", "--array input_0=X.npy")),
        ([x, n], ("input_0 takes Nx4x4x2, but got 1x4x4x3",)),
        ([i, n], ("input_0 takes pixels as uint8", "int32")),
        ([n, n], ("give each once",)),
        ([f"z={tmp_path / 'n'}.npy"], ("inputs are input_0, input_1",)),
        ([str(tmp_path / "n.npy")], ("say --array NAME=",)),
        ([f"input_0={tmp_path / 'missing'}.npy", n], ("cannot read",)),
    ):
        given = [part for array in arrays for part in ("--array", array)]
        refused(2, *words, by=run("run", places["mixed"], *given))


def classifier(folder: Path) -> Path:
    b = Builder()
    x = b.input((1, 2), 0.1, 0)
    weights = np.array([[100, 0], [0, 100], [-100, -100]]).astype(np.int8)
    path = folder / "pets.tflite"
    path.write_bytes(b.finish(b.softmax(b.fully_connected(x, weights, None, 0.01, 0.1, 0))))
    return path


def test_classes_are_given_to_convert_and_printed_by_run(tmp_path: Path) -> None:
    model = classifier(tmp_path)
    np.save(tmp_path / "x.npy", np.array([0, 9], np.float32))
    named = done("convert", model, "-o", tmp_path / "c", "--classes", "dog, cat,bird")
    assert named["classes"] == ["dog", "cat", "bird"]
    said = run("run", tmp_path / "c", "--array", tmp_path / "x.npy").stdout
    assert said.splitlines()[0] == "cat  99.6%"
    assert done("run", tmp_path / "c", "--array", tmp_path / "x.npy")["top"][0]["name"] == "cat"
    assert run("build", tmp_path / "c", "--board", "host", "-o", tmp_path / "b").returncode == 0
    (tmp_path / "names.txt").write_text("dog\ncat\nbird\n")
    again = done("convert", model, "-o", tmp_path / "c", "--classes", tmp_path / "names.txt")
    assert again["classes"] == ["dog", "cat", "bird"]
    refused(2, "gives 2 names", "have 3 values", by=run("convert", model, "-o", tmp_path / "d", "--classes", "a,b"))
    refused(2, "cannot read", by=run("convert", model, "-o", tmp_path / "d", "--classes", tmp_path / "none"))
    assert not (tmp_path / "d").exists()


def test_classes_of_a_trained_network_come_with_it(tmp_path: Path) -> None:
    assert done("convert", "resnet_cifar10", "-o", tmp_path / "c")["classes"][3] == "cat"


def test_eval_takes_the_data_set_of_the_training(tmp_path: Path) -> None:
    """Not another that happens to fit, without a word."""
    assert run("convert", "lenet5_mnist", "-o", tmp_path / "c").returncode == 0
    asked = ("eval", tmp_path / "c", "--board", "host", "--emulate", "--limit", 5, "--json")
    ended = run(*asked, EDGECNN_DATA_DIR=str(tmp_path))
    assert ended.stderr == "Note: mnist, which it was trained on, is not here: compared on digits.\n"
    report = json.loads(ended.stdout)
    assert (report["dataset"], report["unequal_bytes"]) == ("digits", 0)
    np.savez(tmp_path / "mine.npz", x=np.zeros((20, 32, 32, 1), np.uint8), y=np.zeros(20, int), split=["test"] * 20)
    with zipfile.ZipFile(tmp_path / "c.keras", "w") as archive:
        archive.writestr("edgecnn.json", json.dumps({"dataset": f"file:{tmp_path / 'mine.npz'}"}))
    assert json.loads(run(*asked).stdout)["dataset"] == f"file:{tmp_path / 'mine.npz'}"
