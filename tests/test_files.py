"""Files and folders are replaced in one step, whenever the process ends; what users wrote is never lost silently."""

import errno
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from edgecnn.errors import EdgecnnError
from edgecnn.support import files
from tests.support.replaced import MARKER, NEW, OLD, held, marked, replace, two_steps, way

__all__ = ["way"]  # the fixture


# What is ours, and what is not


def edit(folder: Path) -> None:
    (folder / "b" / "d").write_bytes(b"mine")


def shorten(folder: Path) -> None:
    (folder / "b" / "c").write_bytes(b"")


def add(folder: Path) -> None:
    (folder / "b" / "mine").write_bytes(b"mine")


def add_under_a_name_of_ours(folder: Path) -> None:
    (folder / "new").write_bytes(b"mine")


def link_a_file(folder: Path) -> None:
    (folder / "a").unlink()
    (folder / "a").symlink_to("b/d")


def link_a_folder(folder: Path) -> None:
    (folder / "link").symlink_to("b")


@pytest.mark.parametrize(
    ("change", "path", "what"),
    [
        (edit, "b/d", "was edited"),
        (shorten, "b/c", "was edited"),
        (add, "b/mine", "edgecnn did not make"),
        (add_under_a_name_of_ours, "new", "edgecnn did not make"),
        (link_a_file, "a", "was edited"),
        (link_a_folder, "link", "edgecnn did not make"),
    ],
)
def test_what_a_user_edited_or_added_is_replaced_with_force_alone(
    change: Callable[[Path], None], path: str, what: str, tmp_path: Path, way: str
) -> None:
    replace(tmp_path / "c", OLD)
    change(tmp_path / "c")
    before = held(tmp_path)
    for force, end in ((False, ", or choose another folder, or add --force"), (None, ", or choose another folder.")):
        with pytest.raises(EdgecnnError) as caught:
            replace(tmp_path / "c", {**NEW, "new": b"n"}, force=force)
        assert f"holds {path}, which {what}; move it{end}" in str(caught.value)
        assert held(tmp_path) == before
    replace(tmp_path / "c", NEW, force=True)
    assert held(tmp_path / "c") == marked(NEW)


def test_force_does_not_make_a_folder_ours(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "thesis").touch()
    with pytest.raises(EdgecnnError, match="was not made by edgecnn"):
        replace(tmp_path / "c", NEW, force=True)


def test_a_folder_whose_file_was_deleted_is_replaced(tmp_path: Path, way: str) -> None:
    replace(tmp_path / "c", OLD)
    (tmp_path / "c" / "a").unlink()
    replace(tmp_path / "c", NEW)
    assert held(tmp_path / "c") == marked(NEW)


def test_what_an_earlier_version_made_without_hashes_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a").touch()
    (tmp_path / "c" / MARKER).write_text(json.dumps({"files": ["a", MARKER]}))
    replace(tmp_path / "c", NEW)
    assert held(tmp_path / "c") == marked(NEW)


@pytest.mark.parametrize("text", ["", "[]", '{"files": 3}', '{"files": {"a": []}}', "[" * 100_000, "\xff"])
def test_a_damaged_marker_makes_nothing_ours(text: str, tmp_path: Path) -> None:
    replace(tmp_path / "c", OLD)
    (tmp_path / "c" / MARKER).write_text(text, "latin-1")
    with pytest.raises(EdgecnnError, match="holds a, which"):
        replace(tmp_path / "c", NEW)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no renameat2")
def test_where_folders_cannot_be_exchanged_it_takes_two_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not all file systems can, nor do all C libraries know how."""
    for name, library in (("refused", SimpleNamespace(renameat2=lambda *_: -1)), ("unknown", SimpleNamespace())):
        replace(tmp_path / name, OLD)
        with monkeypatch.context() as patch:
            patch.setattr("ctypes.CDLL", lambda _, library=library: library)
            replace(tmp_path / name, NEW)
        assert held(tmp_path / name) == marked(NEW)


@pytest.mark.parametrize("moves", [1, 2])
def test_an_error_in_the_middle_leaves_the_old_folder(
    moves: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(tmp_path / "c", OLD)
    move, count = os.replace, 0

    def fail_at(source: Path, target: Path) -> None:
        nonlocal count
        count += 1
        if count == moves:
            raise OSError(errno.ENOSPC, "No space left on device")
        move(source, target)

    two_steps(monkeypatch)
    monkeypatch.setattr(os, "replace", fail_at)
    with pytest.raises(EdgecnnError, match="No space left on device"):
        replace(tmp_path / "c", NEW)
    assert held(tmp_path / "c") == marked(OLD)
    assert os.listdir(tmp_path) == ["c"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no renameat2")
def test_linux_exchanges_folders_in_one_step(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert files._exchange(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "one" / "other").is_file()
    assert (tmp_path / "other" / "one").is_file()
