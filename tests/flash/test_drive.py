"""Boards that are a drive."""

from pathlib import Path

import pytest

from edgecnn import flash
from edgecnn.errors import NoBoardError, SeveralBoardsError, TransferError
from edgecnn.flash import drive
from tests.support.command_line import refused, run
from tests.support.flashing import BOARDS, firmware, flashed, proofs, runs
from tests.support.standins import microbit


def test_the_drive_of_a_microbit(lenet5: Path, other: Path, tmp_path: Path) -> None:
    with microbit.microbit(tmp_path) as chip:
        where = ("bbc_microbit", "--to", chip.drive, "--port", chip.line.port)
        assert proofs(flashed(lenet5, *where)) == ["answered"]
        runs(lenet5, chip.line.port)
        assert proofs(flashed(lenet5, *where)) == ["unchanged", "answered"]
        assert chip.files == 1
        assert proofs(flashed(other, *where)) == ["answered"]
        chip.refuses = "The hex file cannot be decoded."
        refused(
            14, "DAPLink refused the file: The hex file", by=run("flash", firmware(lenet5, where[0]), "--board", *where)
        )


def test_a_drive_that_is_not_the_boards(lenet5: Path, tmp_path: Path) -> None:
    where = ("flash", firmware(lenet5, "bbc_microbit"), "--board", "bbc_microbit", "--to", tmp_path)
    refused(2, "DETAILS.TXT", "name another folder", by=run(*where))
    (tmp_path / "DETAILS.TXT").write_text(microbit.DETAILS.replace("9900", "9904"))
    refused(13, "kind 9904", "9900 or 9901", by=run(*where))
    assert not list(tmp_path.glob("*.hex"))


def test_drives_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find() -> str:
        return flash.TOOLS["hex_folder"].find(BOARDS["bbc_microbit"], None)

    monkeypatch.setattr(drive, "_MOUNTS", (f"{tmp_path}/*",))
    with pytest.raises(NoBoardError, match="no drive of BBC micro:bit v1 is mounted"):
        find()
    for name in ("MICROBIT", "USB STICK", "MICROBIT1"):
        (tmp_path / name).mkdir()
    (tmp_path / "MICROBIT" / "DETAILS.TXT").touch()
    assert find() == str(tmp_path / "MICROBIT")
    (tmp_path / "MICROBIT1" / "DETAILS.TXT").touch()
    with pytest.raises(SeveralBoardsError, match="MICROBIT, .*MICROBIT1; choose one with --to"):
        find()


def test_a_drive_that_goes_away(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TransferError, match="did not take file"):
        drive.copy(tmp_path / "file", str(tmp_path / "gone"))
