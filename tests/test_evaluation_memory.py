"""What a board has answered so far: a file that is damaged in any way is set aside, and the evaluation begins anew."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edgecnn import datasets
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.evaluation import _Memory
from tests.lenet import lenet

ANSWERS, TICKS = [np.arange(10, dtype=np.int8)] * 3, [5, 6, 7]


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Memory:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    split = datasets.Split(np.zeros((4, 32, 32, 1), np.uint8), np.arange(4))
    board: Any = SimpleNamespace(info=SimpleNamespace(board="b", firmware="f"), image=lambda: SimpleNamespace(crc=1))
    return _Memory(board, datasets.Dataset("d", split, split, split, tuple("0123456789")), 100, graph_of(lenet()))


def packed(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **{name: np.asarray(value) for name, value in arrays.items()})
    return file.getvalue()


def cut(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


def bitten(whole: bytes) -> bytes:
    return whole[:150] + b"?" * 8 + whole[158:]


def with_a_member_that_is_no_array(whole: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("answers.npy", b"nonsense")
        archive.writestr("ticks.npy", b"nonsense")
    return file.getvalue()


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda whole: b"",
    "nonsense": lambda whole: b"nonsense",
    "cut": cut,
    "bitten": bitten,
    "no arrays": with_a_member_that_is_no_array,
    "one array": lambda whole: packed(answers=ANSWERS),
    "a single .npy": lambda whole: b"\x93NUMPY" + whole,
    "no answer": lambda whole: packed(answers=np.zeros((0, 10), np.int8), ticks=np.zeros(0, np.int64)),
    "a number": lambda whole: packed(answers=3, ticks=3),
    "fewer ticks": lambda whole: packed(answers=ANSWERS, ticks=[5, 6]),
    "ticks of texts": lambda whole: packed(answers=ANSWERS, ticks=["5", "6", "7"]),
    "answers of another network": lambda whole: packed(answers=np.zeros((3, 9), np.int8), ticks=TICKS),
    "answers in float": lambda whole: packed(answers=np.zeros((3, 10)), ticks=TICKS),
    "more answers than images": lambda whole: packed(answers=np.zeros((5, 10), np.int8), ticks=[1] * 5),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_file_is_set_aside(what: str, memory: _Memory) -> None:
    memory.keep(ANSWERS, TICKS)
    content = DAMAGE[what](memory.path.read_bytes())
    memory.path.write_bytes(content)
    assert memory.recall() == ([], [])
    assert not memory.path.exists()
    assert memory.path.with_name(f"{memory.path.name}.damaged").read_bytes() == content
    memory.keep(ANSWERS, TICKS)
    answers, ticks = memory.recall()
    assert np.array_equal(answers, ANSWERS)
    assert ticks == TICKS
    memory.forget()
    assert memory.recall() == ([], [])
