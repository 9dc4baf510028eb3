"""Emulators: they end with whoever started them, and a missing one is named."""

import dataclasses
import signal
import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from edgecnn import board
from edgecnn.building.build import build
from edgecnn.emulators import emulator, simavr
from edgecnn.errors import TransferError, UsageError
from edgecnn.support import node
from tests.support.boards import LINUX, with_options
from tests.support.processes import started


def test_no_emulator_runs_on(lenet5: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happens in the block, the process ends; if it ended before, it is said why."""
    built = build(lenet5, board.load("mps2_an386"), tmp_path / "firmware")
    processes = started(monkeypatch)
    with pytest.raises(ZeroDivisionError), emulator.emulate(built.board, built.elf):
        raise ZeroDivisionError

    def waits_for_its_end() -> None:
        with emulator.emulate(with_options(built.board, "-nonsense"), built.elf):
            processes[-1].wait(10)
            raise TimeoutError

    with pytest.raises(TransferError, match="ended by itself: .*nonsense"):
        waits_for_its_end()
    assert [process.poll() is not None for process in processes] == [True, True]


def test_missing_emulator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    packages = {"mps2_an386": "qemu-system-arm", "hifive1": "qemu-system-misc", "raspberry_pi_5": "qemu-user"}
    packages |= {"raspberry_pi_pico": "nodejs"}
    for name, package in packages.items():
        facts = board.load(name)
        with monkeypatch.context() as patch:
            patch.setenv("PATH", str(tmp_path))
            with pytest.raises(UsageError, match=rf"not installed; on Debian: apt install {package}\."):
                emulator.emulate(facts, tmp_path / "no.elf").__enter__()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(simavr, "_LIBRARIES", ("-lmoon",))
    with pytest.raises(UsageError, match=r"moon.*; on Debian: apt install libsimavr-dev libelf-dev"):
        emulator.emulate(board.load("arduino_uno"), tmp_path / "no.elf").__enter__()
    with pytest.raises(UsageError, match="has no emulator"):
        emulator.emulate(dataclasses.replace(facts, emulator=None), tmp_path / "no.elf").__enter__()


@pytest.mark.parametrize("name", LINUX)
def test_a_linux_program_needs_nothing_of_the_system_that_runs_it(name: str, lenet5: Path, tmp_path: Path) -> None:
    """Static, of the core that the board has, and nothing to write into a flash."""
    built = build(lenet5, board.load(name), tmp_path / "firmware")
    assert sorted(path.name for path in built.folder.iterdir()) == ["build.json", "firmware.elf"]
    with built.elf.open("rb") as file:
        elf = ELFFile(file)
        assert {segment["p_type"] for segment in elf.iter_segments()}.isdisjoint({"PT_INTERP", "PT_DYNAMIC"})
        assert elf["e_machine"] == ("EM_ARM" if name in ("raspberry_pi_zero", "raspberry_pi_2") else "EM_AARCH64")
    assert built.elf.stat().st_size < 200_000


def test_the_raspberry_pi_5_computes_with_sdot(lenet5: Path, tmp_path: Path) -> None:
    """The program needs an instruction that the core of the Raspberry Pi 4 does not have."""
    elf = build(lenet5, board.load("raspberry_pi_5"), tmp_path / "firmware").elf
    for core, end in (("cortex-a76", 0), ("cortex-a72", -signal.SIGILL)):
        command = ["qemu-aarch64", "-cpu", core, str(elf)]  # the self-test computes everything once
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, cwd=tmp_path)
        assert done.returncode == end, core


def test_missing_packages_of_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command that mends it is complete."""
    monkeypatch.setattr(node, "PROGRAMS", tmp_path)
    command = r"`npm install --prefix \S+edgecnn rp2040js@\d\S+ uf2@\d\S+`"
    with pytest.raises(UsageError, match=f"rp2040js is not installed; {command}"):
        emulator.emulate(board.load("raspberry_pi_pico"), tmp_path / "no.elf").__enter__()
