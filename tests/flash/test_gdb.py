"""Boards flashed by gdb."""

from pathlib import Path

import pytest

from edgecnn.emulators import emulator
from edgecnn.support import paths
from tests.support.command_line import refused, run
from tests.support.flashing import BOARDS, firmware, flashed, proofs, runs

GDB = [name for name, board in BOARDS.items() if board.flasher and board.flasher.kind == "gdb"]


@pytest.mark.parametrize("name", GDB)
def test_gdb(name: str, lenet5: Path) -> None:
    assert proofs(flashed(lenet5, name, "--emulate")) == ["read_back", "answered"]


def test_gdb_server_that_is_named(lenet5: Path, other: Path) -> None:
    name = "mps2_an386"
    with emulator.empty(BOARDS[name]) as (_, gdb, port):
        done = run("flash", lenet5, "--board", name, "--to", gdb, "--verbose")
        assert done.returncode == 0, done.stderr
        assert f"'target extended-remote {gdb}' -ex load -ex compare-sections" in done.stderr
        runs(lenet5, port)
        assert proofs(flashed(lenet5, name, "--to", gdb, "--port", port)) == ["unchanged", "answered"]
        assert proofs(flashed(other, name, "--to", gdb, "--port", port)) == ["read_back", "answered"]
        runs(other, port)


def test_what_gdb_complains_of(lenet5: Path, tmp_path: Path) -> None:
    where = ("flash", firmware(lenet5, "mps2_an386"), "--board", "mps2_an386")
    refused(2, "name it with --to HOST:PORT", by=run(*where))
    refused(14, "gdb-multiarch failed: localhost:1: ", "flash it again", by=run(*where, "--to", "localhost:1"))
    facts = (paths.boards() / "virt_rv32.toml").read_text()
    nowhere = tmp_path / "nowhere.toml"  # with no memory where its flash should be
    nowhere.write_text(facts.replace("origin = 0x80000000", "origin = 0x70000000"))
    done = run("flash", lenet5, "--board", nowhere, "--emulate", "-o", tmp_path / "firmware")
    refused(14, "gdb", "is not known", by=done)
