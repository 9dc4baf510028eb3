"""Arduinos flashed by the real avrdude through their real bootloaders, which run on simavr."""

import json
from pathlib import Path

import pytest

from edgecnn import board, write_c
from edgecnn.building.build import Build, build
from edgecnn.converters.manifest import read_manifest
from edgecnn.device.device import Device
from edgecnn.emulators import emulator, simavr
from edgecnn.errors import UsageError
from edgecnn.flash import TOOLS, Job, avrdude
from tests.converters.test_graph_to_c import everything
from tests.test_cli import run


def proofs(folder: Path, name: str, port: str) -> list[str]:
    done = run("flash", folder, "--board", name, "--port", port, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["model_sha256"] == read_manifest(folder).model.sha256
    return [name for name in ("unchanged", "read_back", "answered") if report[name]]


def test_optiboot_takes_a_network_and_a_second_flash_does_nothing(tmp_path: Path) -> None:
    write_c(everything(), tmp_path / "everything", name="everything")
    with emulator.empty(board.load("arduino_uno")) as (kind, place, port):
        assert (kind, place) == ("avrdude", port)
        assert proofs(tmp_path / "everything", "arduino_uno", port) == ["read_back", "answered"]
        assert proofs(tmp_path / "everything", "arduino_uno", port) == ["unchanged", "answered"]


def test_stk500v2_takes_lenet(lenet5: Path) -> None:
    """78 KB: beyond what 16 bits address."""
    done = run("flash", lenet5, "--board", "arduino_mega_2560", "--emulate", "--verbose")
    assert done.returncode == 0, done.stderr
    assert "avrdude -q -c wiring -p atmega2560" in done.stderr
    assert "read back equal, answered on /dev/pts/" in done.stdout


def built(tmp_path: Path) -> Build:
    write_c(everything(), tmp_path / "everything", name="everything")
    return build(tmp_path / "everything", board.load("arduino_uno"), tmp_path / "firmware")


def test_what_was_written_runs_after_the_bootloader(tmp_path: Path) -> None:
    firmware = built(tmp_path)
    with emulator.empty(firmware.board) as (kind, place, port):
        assert TOOLS[kind].write(Job(firmware, place))
        with Device(port, settle=firmware.board.settle) as device:
            assert device.info.sha256 == firmware.model_sha256
            assert device.info.self_test_failures == 0


def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    firmware = built(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="avrdude is not installed; on Debian: apt install avrdude"):
        avrdude.TOOL.write(Job(firmware, "/dev/null"))
    monkeypatch.setattr(simavr, "BOOTLOADERS", tmp_path)
    with pytest.raises(UsageError, match="apt install arduino-core-avr"):
        emulator.empty(firmware.board).__enter__()


def test_the_line_of_avrdude_that_tells() -> None:
    silent = [
        'avrdude OS error: ioctl("TIOCMGET"): Inappropriate ioctl for device',
        "avrdude error: timeout",
        "avrdude error: unable to open programmer wiring on port /dev/pts/2",
        "avrdude done.  Thank you.",
    ]
    assert avrdude._error(silent) == "unable to open programmer wiring on port /dev/pts/2"
    other = ["avrdude: stk500_getsync() attempt 10 of 10: not in sync: resp=0x00", "avrdude done.  Thank you."]
    assert avrdude._error(other) == "stk500_getsync() attempt 10 of 10: not in sync: resp=0x00"
    assert avrdude._error(["Killed"]) == "Killed"
