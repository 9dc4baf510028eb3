"""A checkpoint that is damaged in any way is refused in one sentence, and nothing of it is taken over."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn import training
from edgecnn.errors import InvalidModelError, UsageError
from edgecnn.training import Epoch

ABOUT = {"network": "lenet5", "seed": 0, "epochs": 3}
HISTORY = [Epoch(0.5, 0.25), Epoch(0.25, 0.5)]


class Variable:
    """What a variable of Keras is here."""

    def __init__(self, value: NDArray[Any]):
        self.value = value

    def numpy(self) -> NDArray[Any]:
        return self.value

    def assign(self, value: NDArray[Any]) -> None:
        self.value = value


def state(fill: float) -> list[Any]:
    return [Variable(np.full((2, 3), fill, np.float32)), Variable(np.array(int(fill), np.int64))]


Members = dict[str, bytes]


def member(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray(array), allow_pickle=True)
    return file.getvalue()


def about(**changed: Any) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        content = json.loads(str(np.load(io.BytesIO(members["about.npy"]))))
        members["about.npy"] = member(json.dumps({**content, **changed}))

    return change


def put(name: str, content: bytes) -> Callable[[Members], None]:
    return lambda members: members.update({name: content})


HUGE = b"\x93NUMPY\x01\x00\x46\x00{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 9999), }"
DAMAGE: dict[str, Callable[[Members], None]] = {
    "no about": lambda members: members.clear(),
    "about is no JSON": put("about.npy", member("{")),
    "about is a list": put("about.npy", member("[]")),
    "about is a number": put("about.npy", member("3")),
    "about is nested without end": put("about.npy", member("[" * 100_000)),
    "provenance is a number": about(provenance=3),
    "history is a number": about(history=3),
    "an epoch is a number": about(history=[3]),
    "an epoch has no loss": about(history=[{"validation_accuracy": 1}]),
    "a loss is a list": about(history=[{"loss": [], "validation_accuracy": 1}]),
    "no epoch": about(history=[]),
    "more epochs than asked for": about(history=[{"loss": 0, "validation_accuracy": 1}] * 4),
    "a variable is missing": lambda members: members.__delitem__("1.npy"),
    "a variable more": put("2.npy", member(np.zeros(3, np.float32))),
    "a variable of another shape": put("0.npy", member(np.zeros((3, 2), np.float32))),
    "a variable of another type": put("0.npy", member(np.zeros((2, 3), np.complex64))),
    "a variable of texts": put("0.npy", member(np.full((2, 3), "1"))),
    "a variable of objects": put("0.npy", member(np.full((2, 3), None))),
    "a variable of a huge shape": put("0.npy", HUGE),
    "a variable that is no array": put("0.npy", b"nonsense"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_whatever_is_wrong_in_it(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "m.keras.checkpoint"
    training._keep(path, ABOUT, state(7), HISTORY)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    DAMAGE[damage](members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    refused(path)


@pytest.mark.parametrize("at", range(10))
def test_wherever_it_is_damaged(at: int, tmp_path: Path) -> None:
    """Cut off, or a byte changed: checked by the archive's checksums, or found by what the byte meant."""
    path = tmp_path / "m.keras.checkpoint"
    training._keep(path, ABOUT, state(7), HISTORY)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * at // 10])
    refused(path)
    for place in range(at, len(whole), 10):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        variables = state(1)
        try:
            assert training._restore(path, ABOUT, variables, 3) == HISTORY
            assert [variable.value.tolist() for variable in variables] == [v.value.tolist() for v in state(7)]
        except (InvalidModelError, UsageError) as error:
            assert "delete" in str(error)
            assert [variable.value.tolist() for variable in variables] == [v.value.tolist() for v in state(1)]


def test_a_single_array_is_none(tmp_path: Path) -> None:
    path = tmp_path / "m.keras.checkpoint"
    path.write_bytes(member(np.zeros(3)))
    refused(path)
    path.unlink()
    path.mkdir()
    refused(path)


def refused(path: Path) -> None:
    variables = state(1)
    with pytest.raises(InvalidModelError, match="is not a checkpoint of edgecnn; delete it to train from the start"):
        training._restore(path, ABOUT, variables, 3)
    assert [variable.value.tolist() for variable in variables] == [v.value.tolist() for v in state(1)]


def test_a_whole_one_is_taken_over(tmp_path: Path) -> None:
    training._keep(tmp_path / "c", ABOUT, state(7), HISTORY)
    variables = state(1)
    assert training._restore(tmp_path / "c", ABOUT, variables, 3) == HISTORY
    assert [variable.value.tolist() for variable in variables] == [v.value.tolist() for v in state(7)]
