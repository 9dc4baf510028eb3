"""What the ticks of a board's counter stand for: on an emulator, hardly ever the cycles of the core."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from ..board import Board, Emulator

_ICOUNT = "-icount"


@dataclass(frozen=True)
class Counter:
    """`unit` is what is counted, in the plural; `per_tick` how many of them one tick is."""

    unit: str
    per_tick: float
    source: str  # who counts, for people

    def count(self, ticks: int) -> int:
        """`ticks` in units, rounded."""
        return round(ticks * self.per_tick)


def counting(board: Board) -> Board:
    """`board` on an emulator whose time goes by instructions, so that the board's counter counts them.

    For profiles only: QEMU is slower so, and its time has nothing to do with the computer's.
    """
    emulator = board.emulator
    if emulator is None or emulator.kind != "qemu" or _ICOUNT in emulator.options:
        return board
    options = [*emulator.options, _ICOUNT, f"shift={emulator.icount}"]
    return dataclasses.replace(board, emulator=dataclasses.replace(emulator, options=options))


def logged(board: Board) -> bool:
    """Whether its emulator has no counter of instructions, but writes them down (edgecnn.emulators.executed)."""
    return board.emulator is not None and board.emulator.kind == "qemu-user"


def counter(board: Board, ticks_per_second: int, *, emulated: bool) -> Counter:
    """What a tick of `board` stands for, which says that there are `ticks_per_second`.

    An emulated board is to run as `counting` has it. The counter has 32 bits: what takes longer than 2^32 ticks (100
    million instructions on the fastest of our emulated counters, 168 MHz) is counted modulo that.
    """
    if not emulated or board.emulator is None:
        cycles = ticks_per_second == board.clock_hz
        return Counter("cycles" if cycles else "ticks", 1, "the board's counter")
    return _EMULATED.get(board.emulator.kind, _clock)(board.emulator, ticks_per_second)


def _clock(emulator: Emulator, ticks_per_second: int) -> Counter:
    return Counter("ticks", 1, "the emulator's clock, not the core's cycles")


def _instructions(emulator: Emulator, ticks_per_second: int) -> Counter:
    rate = emulator.counter_hz or ticks_per_second
    return Counter("instructions", 1e9 / (rate * 2**emulator.icount), "counted by QEMU")


def _cycles(source: str) -> Callable[[Emulator, int], Counter]:
    return lambda emulator, ticks_per_second: Counter("cycles", 1, source)


_EMULATED: dict[str, Callable[[Emulator, int], Counter]] = {
    "qemu": _instructions,
    "qemu-user": lambda emulator, ticks_per_second: Counter("instructions", 1, "counted by QEMU"),
    "rp2040js": _cycles("counted by the emulator, as if flash never made the core wait"),
    "simavr": _cycles("counted by the emulator, as the chip would"),
}
