"""A folder of firmware that somebody damaged is refused in one sentence."""

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest

from edgecnn import board
from edgecnn.building.build import MANIFEST, Build, read
from edgecnn.errors import InvalidModelError, UsageError

HOST, ELF = board.load("host"), b"a program"


@pytest.fixture
def built(tmp_path: Path) -> Build:
    sha256 = hashlib.sha256(ELF).hexdigest()
    built = Build(tmp_path, HOST, "net", sha256, sha256, "cc 1.0", ["-O2"], {"text": 7}, 3, None, "not limited")
    (tmp_path / HOST.program).write_bytes(ELF)
    facts = {**built.to_json(), "files": {HOST.program: sha256}}
    (tmp_path / MANIFEST).write_text(json.dumps(facts))
    return built


def test_what_was_built_is_read_back(built: Build) -> None:
    assert read(built.folder, HOST) == built


def test_the_board_of_another_firmware_is_named(built: Build) -> None:
    with pytest.raises(UsageError, match="is for host, not for mps2_an386"):
        read(built.folder, dataclasses.replace(HOST, id="mps2_an386"))


@pytest.mark.parametrize("value", [[], [[]], {"a": []}, -1, 3.5, "../x\n", True, "lacks"])
@pytest.mark.parametrize("fact", ["format", "model", "model_sha256", "elf_sha256", "compiler", "flags", "flash", "ram"])
def test_a_damaged_fact(fact: str, value: object, built: Build) -> None:
    facts = json.loads((built.folder / MANIFEST).read_text()) | {fact: value}
    if value == "lacks":
        del facts[fact]
    (built.folder / MANIFEST).write_text(json.dumps(facts))
    if (fact, value) == ("flags", []):
        assert read(built.folder, HOST).flags == []
        return
    with pytest.raises(InvalidModelError, match="is not what `edgecnn build` of this version left"):
        read(built.folder, HOST)


@pytest.mark.parametrize("text", ["", "[]", "null", "3", "[" * 100_000])
def test_what_is_no_table(text: str, built: Build) -> None:
    (built.folder / MANIFEST).write_text(text)
    with pytest.raises(InvalidModelError, match="build it again"):
        read(built.folder, HOST)


def test_another_program(built: Build) -> None:
    built.elf.write_bytes(b"another")
    with pytest.raises(InvalidModelError, match="build it again"):
        read(built.folder, HOST)
