"""edgecnn flash: every emulated board through its real tool, as a user types it; and all that can go wrong."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgecnn import flash
from edgecnn.building.build import read
from edgecnn.emulators import emulator
from edgecnn.errors import NoBoardError, TransferError, UsageError, WrongModelError
from edgecnn.flash import Job, Tool, tool
from tests.support.command_line import refused, run
from tests.support.flashing import BOARDS, firmware, flashed, proofs, runs
from tests.support.standins import esp32_c3, stm32

STM32 = [
    name
    for name, board in BOARDS.items()
    if board.flasher and board.flasher.kind == "stm32flash" and board.emulator is not None
]


@pytest.mark.parametrize("name", STM32)
def test_stm32flash(name: str, lenet5: Path, other: Path, tmp_path: Path) -> None:
    with stm32.stm32(name, tmp_path) as (chip, board):
        port = chip.line.port
        assert proofs(flashed(lenet5, name, "--port", port)) == ["read_back", "answered"]
        image = (firmware(lenet5, name) / "firmware.bin").read_bytes()
        assert chip.flash.startswith(image)
        assert not chip.flash[len(image) :].strip(b"\xff")
        runs(lenet5, port)
        writes = chip.writes
        assert proofs(flashed(lenet5, name, "--port", port)) == ["unchanged", "answered"]
        assert chip.writes == writes
        refused(14, "stm32flash failed: ", "set BOOT0 high", by=run("flash", other, "--board", name, "--port", port))
        chip.boot0 = True
        board.reset()
        assert proofs(flashed(other, name, "--port", port)) == ["read_back", "answered"]
        runs(other, port)


@pytest.mark.parametrize(("fault", "words"), [("stuck", "Failed to verify"), ("dies_at", "Failed to write")])
def test_what_stm32flash_complains_of(fault: str, words: str, lenet5: Path, tmp_path: Path) -> None:
    """A worn-out cell of flash, and a write that breaks off; both end the command, and flashing again mends it."""
    with stm32.stm32("stm32vldiscovery", tmp_path) as (chip, board):
        setattr(chip, fault, 5000)
        name, where = "stm32vldiscovery", ("--port", chip.line.port)
        refused(14, words, "is not known", by=run("flash", firmware(lenet5, name), "--board", name, *where))
        setattr(chip, fault, None)
        board.reset()
        assert flashed(lenet5, name, *where)["read_back"]


def test_esptool(lenet5: Path) -> None:
    with esp32_c3.esp32_c3() as chip:
        assert proofs(flashed(lenet5, "esp32_c3", "--to", chip.line.port)) == ["read_back"]
        segments, _ = esp32_c3.image(chip.flash)
        loaded = dict(sorted((address & 0xFFFFF, data) for address, data in segments.items()))
        binary = (firmware(lenet5, "esp32_c3") / "firmware.bin").read_bytes()
        assert b"".join(loaded.values()) == binary
        runs(lenet5, chip.line.port)
        assert proofs(flashed(lenet5, "esp32_c3", "--port", chip.line.port)) == ["unchanged", "answered"]


def test_what_esptool_complains_of(lenet5: Path) -> None:
    with esp32_c3.esp32_c3() as chip:
        chip.damaged = 5000
        done = run("flash", firmware(lenet5, "esp32_c3"), "--board", "esp32_c3", "--to", chip.line.port)
    refused(14, "esptool failed: ", "MD5", "hold BOOT", by=done)


@pytest.mark.parametrize(
    ("name", "kind", "lines"),
    [
        (
            "bbc_microbit",
            "openocd",
            ["openocd -f interface/cmsis-dap.cfg -f target/nrf51.cfg -c 'program {}/firmware.elf verify reset exit'"],
        ),
        ("stm32vldiscovery", "pyocd", ["pyocd load --target stm32f100rb {}/firmware.hex"]),
        (
            "netduino_plus_2",
            "probe-rs",
            [
                "probe-rs download --chip STM32F405RGTx --verify {}/firmware.elf",
                "probe-rs reset --chip STM32F405RGTx",
            ],
        ),
    ],
)
def test_commands_that_are_only_printed(name: str, kind: str, lines: list[str], lenet5: Path) -> None:
    place = firmware(lenet5, name)
    done = run("flash", place, "--board", name, "--tool", kind)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1:] == [line.format(place) for line in lines]
    assert done.stdout.startswith("# not run here")
    report = json.loads(run("flash", place, "--board", name, "--tool", kind, "--json").stdout)
    assert report["run"] is False
    assert report["commands"] == [line.format(place) for line in lines]


def test_boards_that_cannot_be_flashed_so(lenet5: Path) -> None:
    refused(2, "host.toml names no flasher", "--emulate", by=run("flash", lenet5, "--board", "host"))
    refused(2, "starts with the firmware", by=run("flash", lenet5, "--board", "host", "--emulate"))
    refused(
        2,
        "does not say what pyocd",
        by=run("flash", firmware(lenet5, "hifive1"), "--board", "hifive1", "--tool", "pyocd"),
    )
    where = ("--board", "stm32vldiscovery", "--port", "/dev/nothing")
    built = firmware(lenet5, "stm32vldiscovery")
    refused(11, "/dev/nothing does not exist", by=run("flash", built, *where))
    refused(2, "is for stm32vldiscovery, not for hifive1", by=run("flash", built, "--board", "hifive1"))
    (built / "firmware.elf").write_bytes(b"")
    refused(22, "build it again", by=run("flash", built, *where))
    shutil.rmtree(built)


@pytest.mark.parametrize(("name", "program"), [("stm32vldiscovery", "stm32flash"), ("mps2_an386", "gdb-multiarch")])
def test_missing_tools_are_named(name: str, program: str, lenet5: Path) -> None:
    done = run("flash", firmware(lenet5, name), "--board", name, "--to", "socket://localhost:1", PATH="/nonexistent")
    refused(2, f"{program} is not installed; on Debian: apt install {program}.", by=done)


def test_a_missing_module_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"^esptool is not installed; `pip install 'edgecnn\[flash\]'`\.$"):
        tool.module("esptool")


def test_a_tool_that_ends_badly(lenet5: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed, without a word, with last words, and never."""
    told: list[str] = []
    job = Job(read(firmware(lenet5, "mps2_an386"), BOARDS["mps2_an386"]), "here", told.append)
    for script, words in (
        ("kill -9 $$", "sh was stopped by signal 9; what mps2_an386 at here holds now is not known: "),
        ("exit 3", "sh failed; what"),
        (r"printf 'so\rand so\n\n' >&2; exit 1", "sh failed: and so; what"),
    ):
        with pytest.raises(TransferError) as caught:
            tool.run(job, ["/bin/sh", "-c", script])
        assert str(caught.value).startswith(words)
    assert told[0] == "/bin/sh -c 'kill -9 $$'"
    monkeypatch.setattr(tool, "_PATIENCE", 0.2)
    with pytest.raises(TransferError, match="did not end within"):
        tool.run(job, ["/bin/sleep", "10"])


def test_what_runs_afterwards_decides(lenet5: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tool that claims all is well, and a board that runs something else, or nothing, or cannot be asked."""
    monkeypatch.setitem(flash.TOOLS, "liar", Tool(find=lambda board, port: "there", write=lambda job: True))
    monkeypatch.setitem(flash.TOOLS, "honest", Tool(find=lambda board, port: "there", write=lambda job: False))
    monkeypatch.setattr(flash, "_AFTER", 1)
    monkeypatch.setattr(flash, "ports_of", lambda board: [])
    board = BOARDS["mps2_an386"]
    old = read(firmware(lenet5, board.id), board)
    new = read(firmware(lenet5, "mps2_an385"), BOARDS["mps2_an385"])  # the same model in another image
    with emulator.emulate(board, old.elf) as port, pytest.raises(WrongModelError, match="runs an image of .* CRC"):
        flash.flash(new, port=port, kind="liar")
    sentence = "the firmware was written, but what is on .* did not answer"
    with emulator.empty(board) as (_, _, port), pytest.raises(NoBoardError, match=sentence):
        flash.flash(old, port=port, kind="liar", ask=False)
    assert proofs(flash.flash(old, kind="liar").to_json()) == ["read_back"]
    with pytest.raises(NoBoardError, match="cannot be read back; name the board's serial --port"):
        flash.flash(old, kind="honest")
    with pytest.raises(UsageError, match="unknown flasher 'magic'; choose one of: "):
        flash.flash(old, kind="magic")


def test_an_interrupted_tool_ends_too(lenet5: Path, tmp_path: Path) -> None:
    """Ctrl-C while stm32flash waits for an answer that never comes: both are gone."""
    with stm32.stm32("stm32vldiscovery", tmp_path) as (chip, _):
        chip.stalls_at = 5000
        place = firmware(lenet5, "stm32vldiscovery")
        command = [sys.executable, "-m", "edgecnn", "flash", str(place), "--board", "stm32vldiscovery"]
        with subprocess.Popen([*command, "--port", chip.line.port], stderr=subprocess.PIPE, text=True) as process:
            end = time.monotonic() + 60
            while not chip.stalled and time.monotonic() < end:
                time.sleep(0.05)
            process.send_signal(2)
            _, said = process.communicate(timeout=60)
    assert (process.returncode, said.strip()) == (130, "Stopped.")
    assert chip.stalled


def test_every_board_says_how_it_is_flashed() -> None:
    """All but the computer itself, and what browsers load."""
    without = [name for name, board in BOARDS.items() if board.compiler and not board.flasher]
    kinds = {board.flasher.kind for board in BOARDS.values() if board.flasher}
    assert without == ["wasm"]
    assert kinds <= flash.TOOLS.keys()
