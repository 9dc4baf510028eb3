"""Processes that are killed while they write: the old or the new is there, and the next call clears up."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edgecnn.support import files
from edgecnn.support.files import recover, write_atomically
from tests.support.replaced import NEW, OLD, held, marked, replace, two_steps, way

__all__ = ["way"]  # the fixture

KILLS = 40


def forked(action: Callable[[], None]) -> int:
    """The process id of a copy of this process that does `action`, and nothing when that ends."""
    process = os.fork()
    if process == 0:
        try:
            action()
        finally:
            os._exit(1)
    return process


def endlessly(folder: Path, file: Path) -> None:
    while True:
        for contents in (NEW, OLD):
            replace(folder, contents)
            write_atomically(file, contents["a"])


def test_a_kill_leaves_the_old_or_the_new_and_the_next_call_clears_up(way: str, tmp_path: Path) -> None:
    folder, file, rng = tmp_path / "c", tmp_path / "file", random.Random(7)
    replace(folder, OLD)
    write_atomically(file, OLD["a"])
    left = 0
    for _ in range(KILLS):
        process = forked(lambda: endlessly(folder, file))
        time.sleep(rng.uniform(0.005, 0.05))
        os.kill(process, signal.SIGKILL)
        assert os.waitpid(process, 0)[1] == signal.SIGKILL
        left += len(list(tmp_path.glob(".*")))
        assert file.read_bytes() in (OLD["a"], NEW["a"])
        if way == "exchange":
            assert held(folder) in (marked(OLD), marked(NEW))
        recover(tmp_path)
        assert held(folder) in (marked(OLD), marked(NEW))
        assert sorted(path.name for path in tmp_path.iterdir()) == ["c", "file"]
    assert left, "no kill came while something was being written"


def test_a_folder_that_was_away_when_the_process_was_killed_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(tmp_path / "c", OLD)
    move = os.replace

    def first_and_last(source: Path, target: Path) -> None:
        move(source, target)
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        two_steps(patch)
        patch.setattr(os, "replace", first_and_last)
        process = forked(lambda: replace(tmp_path / "c", NEW))
        assert os.waitpid(process, 0)[1] == signal.SIGKILL
    assert not (tmp_path / "c").exists()
    write_atomically(tmp_path / "other", b"")  # any call there
    assert held(tmp_path / "c") == marked(OLD)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c", "other"]


def test_what_another_process_is_writing_is_left_alone(tmp_path: Path) -> None:
    with files.atomic_path(tmp_path / "file") as temporary:
        temporary.write_bytes(b"half")
        recover(tmp_path)
        write_atomically(tmp_path / "other", b"")
        assert temporary.read_bytes() == b"half"
    assert held(tmp_path) == {"file": b"half", "other": b""}


def test_hidden_folders_of_others_are_left_alone(tmp_path: Path) -> None:
    names = [".edgecnn-scratch-", ".edgecnn-scratch-mine", ".edgecnn-12345678", ".edgecnn-scratch-ABCDEFGH"]
    for name in names:
        (tmp_path / name).mkdir()
    (tmp_path / ".edgecnn-scratch-abcdefgh").touch()  # a file
    recover(tmp_path)
    assert sorted(os.listdir(tmp_path)) == sorted([*names, ".edgecnn-scratch-abcdefgh"])
