"""UF2 by folder: by the command line into a folder that looks like a Pico's drive, booted from there by rp2040js."""

import json
import shutil
from pathlib import Path

import pytest

from edgecnn import board
from edgecnn.building import uf2
from edgecnn.building.build import Build, build
from edgecnn.converters.manifest import read_manifest
from edgecnn.device.device import Device
from edgecnn.emulators.emulator import emulate
from edgecnn.errors import NoBoardError, SeveralBoardsError, TransferError, UsageError, WrongModelError
from edgecnn.flash import flash as flash_firmware
from tests.support.command_line import run

PICO = board.load("raspberry_pi_pico")
INFO = "UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained LeNet as C."""
    target = tmp_path_factory.mktemp("uf2") / "lenet5"
    assert run("convert", "lenet5_mnist", "-o", target, "--name", "lenet5").returncode == 0
    return target


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """What a Pico shows whose BOOTSEL is held."""
    target = tmp_path / "RPI-RP2"
    target.mkdir()
    (target / "INFO_UF2.TXT").write_text(INFO)
    (target / "INDEX.HTM").write_text("<html></html>")
    return target


def flash(folder: Path, drive: Path, *more: object) -> dict[str, object]:
    done = run("flash", folder, "--board", "raspberry_pi_pico", "--to", drive, "--json", *more)
    assert done.returncode == 0, done.stderr
    report: dict[str, object] = json.loads(done.stdout)
    return report


def test_flashed_booted_and_asked(folder: Path, drive: Path) -> None:
    sha256 = read_manifest(folder).model.sha256
    first = flash(folder, drive)
    assert (first["unchanged"], first["read_back"], first["model_sha256"]) == (False, True, sha256)
    there = drive / "firmware.uf2"
    image = uf2.read(there.read_bytes()).image
    assert 0 <= len(image) - int(str(first["image_size"])) < uf2.PAYLOAD
    with emulate(PICO, there) as port:
        with Device(port, patience=60) as device:
            assert (device.info.sha256, device.info.board) == (sha256, "raspberry_pi_pico")
            assert (device.image().size, device.image().crc) == (first["image_size"], first["image_crc"])
        written = there.stat().st_mtime_ns
        again = flash(folder, drive, "--port", port)
        assert (again["unchanged"], again["answered"]) == (True, True)
        assert there.stat().st_mtime_ns == written
        there.unlink()  # as on a real drive, which never shows the file: now the running firmware is asked
        third = flash(folder, drive, "--port", port)
        assert (third["unchanged"], third["answered"]) == (True, True)
        assert not there.exists()


@pytest.fixture(scope="module")
def built(folder: Path) -> Build:
    """LeNet for the Pico."""
    return build(folder, PICO, folder.with_name("firmware"))


def test_places_that_are_not_the_drive(built: Build, drive: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no INFO_UF2.TXT; name another folder with --to\."):
        flash_firmware(built, str(tmp_path))
    (drive / "INFO_UF2.TXT").write_text(INFO.replace("RPI-RP2", "RP2350"))
    with pytest.raises(WrongModelError, match="says that it is RP2350, but raspberry_pi_pico is RPI-RP2"):
        flash_firmware(built, str(drive))
    assert not (drive / "firmware.uf2").exists()


def test_no_drive_or_two(built: Build, drive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgecnn.flash.drive._MOUNTS", (str(tmp_path / "*"),))
    assert flash_firmware(built).place == str(drive)
    shutil.copytree(drive, tmp_path / "RPI-RP2-2")
    with pytest.raises(SeveralBoardsError, match="RPI-RP2, .*RPI-RP2-2; choose one with --to"):
        flash_firmware(built)
    monkeypatch.setattr("edgecnn.flash.drive._MOUNTS", (str(tmp_path / "none*"),))
    with pytest.raises(NoBoardError, match="hold BOOTSEL while you plug it in, mount its drive"):
        flash_firmware(built)


def test_what_did_not_arrive_is_seen(built: Build, drive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(file: Path, place: str) -> None:
        data = file.read_bytes()
        (Path(place) / file.name).write_bytes(data[: len(data) // 2])

    monkeypatch.setattr("edgecnn.flash.drive.copy", half)
    with pytest.raises(TransferError, match="shows another firmware.uf2 than was copied there; what .* not known"):
        flash_firmware(built, str(drive))
