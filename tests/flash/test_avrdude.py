"""Arduinos flashed by the real avrdude through their real bootloaders, which run on simavr."""

import json
import os
import select
import struct
import termios
import time
import tty
from pathlib import Path

import pytest

from edgecnn import board, write_c
from edgecnn.building.build import Build, build
from edgecnn.building.image import intel_hex
from edgecnn.converters.manifest import read_manifest
from edgecnn.device.device import Device
from edgecnn.emulators import emulator, simavr
from edgecnn.errors import TransferError, UsageError
from edgecnn.flash import TOOLS, Job, avrdude
from tests.support.command_line import run
from tests.support.small_networks import everything


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


# Prints '!' on the line of the chip and then sleeps for ever, which is a crash to the emulator.
_LAST_WORD = struct.pack("<7H", 0xE008, 0x9300, 0x00C1, 0xE201, 0x9300, 0x00C6, 0x9588)


def test_every_opening_resets_the_chip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However soon after the line was closed; and even a chip whose program has crashed."""
    program = tmp_path / "last_word.hex"
    program.write_bytes(intel_hex(0x7E00, _LAST_WORD))
    monkeypatch.setattr(simavr, "bootloader", lambda name: program)
    with emulator.empty(board.load("arduino_uno")) as (_, _, port):
        for pause in (None, 0.1, 0, 0, 0, 0.002, 0, 0):
            line = os.open(port, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(line, termios.TCSANOW)  # what came already stays
            assert select.select([line], [], [], 10)[0]
            if pause is None:  # the chip began by itself, before or after it was opened
                time.sleep(0.5)
            assert set(os.read(line, 10)) == {ord("!")}
            held = os.open(port, os.O_RDWR | os.O_NOCTTY)  # it is open already: no reset
            os.close(held)
            assert not select.select([line], [], [], 0.02)[0]
            os.close(line)
            time.sleep(pause or 0)


@pytest.mark.parametrize(
    ("words", "calls"),
    [
        ("avrdude warning: attempt 10 of 10: not in sync: resp=0x00", 2),
        ("avrdude error: timeout communicating with programmer", 2),
        ("avrdude warning: attempt 1 of 10: not in sync: resp=0x00\navrdude error: verification mismatch", 1),
    ],
)
def test_a_bootloader_that_was_missed_is_tried_once_more(
    words: str, calls: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "avrdude"
    script.write_text(f"#!/bin/sh\necho >>{tmp_path}/calls\necho '{words}'\n[ -e {tmp_path}/works ]\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    facts = board.load("arduino_uno")
    notes: list[str] = []
    build = Build(tmp_path, facts, "m", "0", "0", "gcc", [], {}, 0, 0)
    job = Job(build, "/dev/ttyACM0", note=notes.append)
    with pytest.raises(TransferError, match=words.splitlines()[-1].rpartition(": ")[2]):
        avrdude.TOOL.write(job)
    assert len((tmp_path / "calls").read_text()) == calls
    sentence = "arduino_uno at /dev/ttyACM0 did not answer avrdude; trying once more."
    assert notes == [sentence] * (calls - 1)
    (tmp_path / "works").touch()
    assert avrdude.TOOL.write(job)
    assert len(notes) == calls - 1


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
