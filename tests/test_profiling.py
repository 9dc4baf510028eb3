"""Instructions as the emulated counters give them, and the memory beside them."""

import dataclasses
import functools
from pathlib import Path

import pytest

from edgecnn import board
from edgecnn.emulators.counter import Counter, counter, counting
from edgecnn.onboard.profiling import Profile, profile

QEMU = [name for name in board.names() if (e := board.load(name).emulator) and e.kind == "qemu"]


@functools.cache
def profiled(folder: Path, name: str) -> Profile:
    return profile(folder, name, emulated=True)


SAME_CORE = [("mps2_an385", "lm3s6965evb", "stm32vldiscovery"), ("mps2_an386", "netduino_plus_2")]
SAME_CORE += [("hifive1", "virt_rv32")]


@pytest.mark.parametrize("names", SAME_CORE, ids="-".join)
def test_one_program_takes_as_many_instructions_on_every_board_of_its_core(
    names: tuple[str, ...], lenet5: Path
) -> None:
    """Their counters differ in kind, in rate (10 to 1,000 MHz) and in how often they overflow, which takes 8
    instructions each time."""
    assert len({board.load(name).compiler.cpu for name in names}) == 1  # type: ignore[union-attr]
    first, *others = (profiled(lenet5, name) for name in names)
    for other in others:
        for a, b in zip(first.layers, other.layers, strict=True):
            assert a.count == pytest.approx(b.count, rel=1e-4, abs=20), a.layer


@pytest.mark.parametrize("name", QEMU)
def test_instructions_of_every_layer(name: str, lenet5: Path) -> None:
    result = profiled(lenet5, name)
    assert (result.board, result.unit) == (name, "instructions")
    assert sum(layer.share for layer in result.layers) == pytest.approx(1)
    for layer in result.layers:
        assert layer.count > 100
        if layer.per_mac:
            assert layer.per_mac == layer.count / layer.macs
            assert 1 / 16 < layer.per_mac < 30  # no core of ours multiplies more than 16 at once
    assert result.static_ram
    assert result.static_ram > result.arena
    assert result.stack_bound
    assert result.stack_used
    assert 0.4 * result.stack_bound < result.stack_used <= result.stack_bound


def test_what_a_tick_stands_for() -> None:
    m4, host = board.load("mps2_an386"), board.load("host")
    assert counter(m4, 25_000_000, emulated=True) == Counter("instructions", 1 / 6.4, "counted by QEMU")
    assert counter(m4, 25_000_000, emulated=False).unit == "cycles"
    assert counter(m4, 1_000_000, emulated=False).unit == "ticks"
    assert counter(host, 10_000_000, emulated=True).unit == "ticks"
    linux = board.load("raspberry_pi_5")
    assert counter(linux, 10_000_000, emulated=True) == Counter("instructions", 1, "counted by QEMU")
    assert counter(linux, 10_000_000, emulated=False).unit == "ticks"
    assert Counter("instructions", 1 / 6.4, "").count(64) == 10


def test_only_a_profile_slows_the_emulator_down() -> None:
    m4, riscv, host = (board.load(name) for name in ("mps2_an386", "hifive1", "host"))
    assert m4.emulator
    assert counting(m4).emulator == dataclasses.replace(m4.emulator, options=["-icount", "shift=8"])
    assert counting(riscv) == riscv  # its counter needs it always
    assert counting(host) == host
