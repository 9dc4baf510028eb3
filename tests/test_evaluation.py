"""What `evaluate` keeps of a run that was broken off: whose it is, and what happens when it is wrong or damaged."""

import dataclasses
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgecnn import datasets, read_tflite, zoo
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.device.device import Image, Inference
from edgecnn.device.hello import Hello
from edgecnn.device.requests import Traffic
from edgecnn.door import Door
from edgecnn.errors import TransferError
from edgecnn.graph import Graph
from edgecnn.onboard import evaluation
from edgecnn.support import paths
from edgecnn.tensor import Tensor
from tests.support.doors import delay

LIMIT, ANSWERED = 25, 12
SHAPES = {"x": (1, 32, 32, 1), "y": (1, 10)}


class Board:
    """A Device that computes what the graph does, plus `wrong`; its cable is pulled after `holds` images."""

    def __init__(self, graph: Graph, *, wrong: int = 0, holds: int = 1000, **facts: Any):
        self.graph, self.wrong, self.holds, self.asked = graph, wrong, holds, 0
        into, out = (Door.of(Tensor(0, name, shape, 1, 0)) for name, shape in SHAPES.items())
        self.info = Hello("1", "b", "lenet5", graph.sha256, (into,), (out,), 6, 5000, 1000, 10, 0)
        self.port, self.identity, self.crc = "/dev/x", ("/dev/x",), 1
        self.traffic, self.corrupt = Traffic(), 0
        for name, value in facts.items():
            if hasattr(self, name):
                setattr(self, name, value)
            else:
                self.info = dataclasses.replace(self.info, **{name: value})

    def hello(self) -> Hello:
        return self.info

    def image(self) -> Image:
        return Image(9, self.crc)

    def infer(self, codes: Any) -> Inference:
        if self.asked == self.holds:
            raise TransferError("the cable was pulled.")
        self.asked += 1
        return Inference((self.graph.evaluate(codes[None])[0].ravel() + self.wrong).astype(np.int8), 5)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return read_tflite(zoo.trained("lenet5_mnist"))


@pytest.fixture
def kept(graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a run that was broken off."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(TransferError):
        evaluate(Board(graph, holds=ANSWERED))
    (file,) = (paths.cache() / "eval").iterdir()
    return file


def evaluate(board: Board, limit: int = LIMIT) -> evaluation.Evaluation:
    return evaluation.evaluate(board, board.graph, datasets.load("digits"), limit)  # type: ignore[arg-type]


def test_the_same_program_at_the_same_place_goes_on(
    graph: Graph, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = evaluate(board := Board(graph))
    assert (result.resumed, result.unequal_bytes, result.n) == (ANSWERED, 0, LIMIT)
    assert board.asked == LIMIT - ANSWERED + 8
    assert not kept.exists()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "other",
    [
        {"identity": ("/dev/y",)},
        {"identity": ("/dev/x", "hash of a program")},
        {"crc": 2},
        {"board": "c"},
        {"firmware": "2"},
    ],
    ids=str,
)
def test_another_program_or_place_begins_anew(other: dict[str, Any], graph: Graph, kept: Path) -> None:
    assert evaluate(Board(graph, **other)).resumed == 0
    assert evaluate(Board(graph), LIMIT - 1).resumed == 0
    assert kept.exists()
    assert evaluate(Board(graph)).resumed == ANSWERED


@pytest.mark.parametrize("only", [None, 3])
def test_answers_that_the_board_no_longer_gives_are_thrown_away(
    only: int | None, graph: Graph, kept: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them, also if only one of those that are asked again differs."""
    monkeypatch.setattr("edgecnn.onboard.kept.ASKED_AGAIN", 100)
    with np.load(kept) as file:
        answers, ticks = file["answers"], file["ticks"]
    answers[only if only is not None else slice(None)] ^= 1
    np.savez(kept, answers=answers, ticks=ticks)
    result = evaluate(Board(graph))
    assert (result.resumed, result.unequal_bytes) == (0, 0)
    said = "b on /dev/x does not answer as it did in an earlier run; all 12 answers of that run are thrown away."
    assert capsys.readouterr().err == f"Note: {said}\n"


def archive(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as members:
        for name in ("answers.npy", "ticks.npy"):
            members.writestr(name, data)
    return file.getvalue()


def declared(good: bytes, at: int, value: int) -> bytes:
    """Another byte in what the archive says of its first member."""
    member = good.index(b"PK\1\2")
    return good[: member + at] + bytes([value]) + good[member + at + 1 :]


def array(values: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


GOOD, TICKS = np.zeros((ANSWERED, 10), np.int8), np.ones(ANSWERED, np.int64)
DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda good: b"",
    "cut": lambda good: good[:-30],
    "noise": lambda good: bytes(range(256)) * 4,
    "zeros in the middle": lambda good: good[:40] + bytes(100) + good[140:],
    "another compression": lambda good: declared(good, 10, 99),
    "encrypted": lambda good: declared(good, 8, 1),
    "one array": lambda good: array(GOOD),
    "other names": lambda good: archive(a=GOOD, b=TICKS),
    "no array": lambda good: zipped(b"answers"),
    "a header of a huge array": lambda good: zipped(
        header("{'descr': '|i1', 'fortran_order': False, 'shape': (1152921504606846976, 10)}\n")
    ),
    "a header that is none": lambda good: zipped(header("{'descr': ((((((")),
    "objects": lambda good: archive(answers=np.array([object()], dtype=object), ticks=TICKS),
    "other type": lambda good: archive(answers=GOOD.astype(np.float32), ticks=TICKS),
    "other shape": lambda good: archive(answers=GOOD[:, :9], ticks=TICKS),
    "a number": lambda good: archive(answers=np.int8(3), ticks=np.int64(3)),
    "fewer times": lambda good: archive(answers=GOOD, ticks=TICKS[1:]),
    "too many": lambda good: archive(answers=np.zeros((LIMIT + 1, 10), np.int8), ticks=np.ones(LIMIT + 1, np.int64)),
}


@pytest.mark.parametrize("form", DAMAGED)
def test_a_damaged_file_is_set_aside(form: str, graph: Graph, kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once, with a sentence; then all is as if it had never been."""
    damaged = DAMAGED[form](kept.read_bytes())
    kept.write_bytes(damaged)
    with pytest.raises(TransferError):
        evaluate(Board(graph, holds=5))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    (aside,) = (path for path in kept.parent.iterdir() if path != kept)
    assert lines[0] == f"Note: what was kept of an earlier run is damaged and now called {aside}; all images are asked."
    assert aside.read_bytes() == damaged
    result = evaluate(Board(graph))
    assert (result.resumed, result.unequal_bytes) == (5, 0)
    assert capsys.readouterr().err == ""


def test_a_folder_in_its_place_is_set_aside(graph: Graph, kept: Path) -> None:
    kept.unlink()
    (kept / "x").mkdir(parents=True)
    with pytest.raises(TransferError):
        evaluate(Board(graph, holds=5))
    assert evaluate(Board(graph)).resumed == 5


class Remembering(Board):
    """One whose network has state: its answer follows from all rows since it was reset."""

    resets = 0

    def reset(self) -> None:
        self.resets += 1
        self.rows: list[np.ndarray[Any, Any]] = []

    def infer(self, codes: Any) -> Inference:
        if self.asked == self.holds:
            raise TransferError("the cable was pulled.")
        self.asked += 1
        self.rows.append(codes)
        return Inference(self.graph.evaluate(np.array(self.rows))[-1], 5)


def test_a_sequence_begins_anew_after_a_break(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    graph = graph_of(delay())
    rows = np.random.default_rng(0).normal(0, 30, (LIMIT, 1, 3)).astype(np.float32)
    split = datasets.Split(rows, {})
    data = datasets.Dataset("sequence", split, split, split, ())

    def run(board: Remembering) -> evaluation.Evaluation:
        return evaluation.evaluate(board, graph, data, LIMIT)  # type: ignore[arg-type]

    with pytest.raises(TransferError):
        run(Remembering(graph, holds=ANSWERED))
    assert not (paths.cache() / "eval").exists()
    board = Remembering(graph)
    for time in (1, 2):
        result = run(board)
        assert (result.resumed, result.unequal_bytes, result.n) == (0, 0, LIMIT)
        assert (board.asked, board.resets) == (time * LIMIT, time)
    board.reset = lambda: None  # type: ignore[method-assign]
    assert run(board).unequal_bytes > 0  # a board that goes on is found
    assert capsys.readouterr().err == ""
