"""UF2 by folder: by the command line into a folder that looks like a Pico's drive, booted from there by rp2040js."""

import json
from pathlib import Path

import pytest

from edgecnn import board, uf2
from edgecnn.build import build
from edgecnn.converters.graph_to_c import read_manifest
from edgecnn.device import Device
from edgecnn.emulator import emulate
from edgecnn.errors import TransferError
from edgecnn.flash import flash as flash_firmware
from tests.test_cli import refused, run

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
    sha256 = read_manifest(folder)["model"]["sha256"]
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


def test_places_that_are_not_the_drive(folder: Path, drive: Path, tmp_path: Path) -> None:
    pico = ("flash", folder, "--board", "raspberry_pi_pico")
    refused(2, "has no INFO_UF2.TXT", by=run(*pico, "--to", tmp_path))
    (drive / "INFO_UF2.TXT").write_text(INFO.replace("RPI-RP2", "RP2350"))
    refused(13, "says that it is RP2350, but raspberry_pi_pico is RPI-RP2", by=run(*pico, "--to", drive))
    refused(10, "hold BOOTSEL while you plug it in, mount its drive", by=run(*pico))
    assert not (drive / "firmware.uf2").exists()


def test_what_did_not_arrive_is_seen(folder: Path, drive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(file: Path, place: str) -> None:
        data = file.read_bytes()
        (Path(place) / file.name).write_bytes(data[: len(data) // 2])

    monkeypatch.setattr("edgecnn.flash.drive.copy", half)
    built = build(folder, PICO, drive.with_name("firmware"))
    with pytest.raises(TransferError, match="shows another firmware.uf2 than was copied there; nothing certain"):
        flash_firmware(built, str(drive))
