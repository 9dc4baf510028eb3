"""Folders that are replaced by others."""

import hashlib
import json
from pathlib import Path

import pytest

from edgecnn.support import files
from edgecnn.support.files import replace_folder

MARKER = "made.json"


OLD, NEW = ({"a": letter * 10_000, "b/c": letter * 100_000, "b/d": letter} for letter in (b"o", b"n"))


def marked(contents: dict[str, bytes]) -> dict[str, bytes]:
    hashes = {path: hashlib.sha256(data).hexdigest() for path, data in contents.items()}
    return {**contents, MARKER: json.dumps({"files": hashes}).encode()}


def replace(folder: Path, contents: dict[str, bytes], *, force: bool | None = False) -> None:
    replace_folder(folder, marked(contents), marker=MARKER, force=force)


def held(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def two_steps(patch: pytest.MonkeyPatch) -> None:
    """A system that cannot exchange two folders."""
    patch.setattr(files, "_exchange", lambda one, other: False)


@pytest.fixture(params=["exchange", "two steps"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "two steps":
        two_steps(monkeypatch)
    return str(request.param)
