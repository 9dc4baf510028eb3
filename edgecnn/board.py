"""The facts of a board, from its file in boards/."""

from __future__ import annotations

import dataclasses
import functools
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import paths
from .errors import UsageError
from .targets import TARGETS, native

ELF = "firmware.elf"  # what the compiler makes for most boards
CHECKED = ("run", "qemu", "simavr", "rp2040js", "stand-in", "not run")


@dataclass(frozen=True)
class Region:
    """A stretch of addresses."""

    origin: int
    length: int


@dataclass(frozen=True)
class Target:
    """A compiler that edgecnn.building.toolchain knows, and what it calls the core."""

    cpu: str
    target: str = ""
    kind: str = "zig"
    flags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Emulator:
    """What stands in for the board: a kind that edgecnn.emulators.emulator knows."""

    kind: str
    program: str = ""
    machine: str = ""
    bootloader: str = ""  # of an empty board: a file of Debian's arduino-core-avr
    options: list[str] = field(default_factory=list)
    icount: int = 8  # QEMU, while it counts instructions: each takes 2^icount ns of its time
    counter_hz: int | None = None  # of the port's counter in the emulator's time, where the chip's differs


@dataclass(frozen=True)
class Flasher:
    """How firmware gets into the board: a kind that edgecnn.flash knows, and what that tool needs."""

    kind: str
    options: list[str] = field(default_factory=list)  # for its command line
    ids: list[str] = field(default_factory=list)  # by which such a board names itself
    prepare: str = ""  # what the user does first, as in "hold BOOTSEL while you plug it in"


@dataclass(frozen=True)
class Board:
    """A board as its file describes it; a Linux computer has no memory map, this one no cross compiler either."""

    id: str
    name: str
    vendor: str
    mcu: str
    core: str
    port: list[str]  # folders of firmware/ports that make up its port
    baud: int
    checked: str  # how it was last seen to work
    target: str = "generic"  # whose kernels suit the core: a name of edgecnn.targets; "native": this computer's
    clock_hz: int | None = None
    flash: Region | None = None
    ram: Region | None = None
    compiler: Target | None = None
    gcc: Target | None = None  # that of `build --compiler gcc`, where it does not follow from `compiler`
    program: str = ELF  # the file that the compiler makes
    uf2_family: int | None = None  # of the chip, where it takes UF2 files
    emulator: Emulator | None = None
    flasher: Flasher | None = None
    debuggers: dict[str, str] = field(default_factory=dict)  # what openocd, pyocd and probe-rs call the board or chip
    usb: list[str] = field(default_factory=list)  # what its serial port is on USB: vendor:product, 4 hex digits each
    settle: float = 0.0  # seconds after the port was opened, and so the board reset, that its bootloader listens
    defines: dict[str, int] = field(default_factory=dict)  # addresses and numbers that the port's C asks for

    @property
    def bare(self) -> bool:
        """Whether the firmware owns the board; else it is a program of the operating system there."""
        return self.flash is not None


def names() -> list[str]:
    """The boards that come with edgecnn."""
    return sorted(path.stem for path in paths.boards().glob("*.toml"))


@functools.cache
def known() -> tuple[Board, ...]:
    """All of them."""
    return tuple(load(name) for name in names())


def load(name: str) -> Board:
    """The board `name`, or the one that the file `name`.toml describes; raises UsageError when that is not possible."""
    path = paths.boards() / f"{name}.toml" if name in names() else Path(name)
    if path.suffix != ".toml" or not path.is_file():
        raise UsageError(f"no board is called '{name}'; choose one of: {', '.join(names())}, or give a .toml file.")
    try:
        facts = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path.name} is not a TOML file that can be read: {error}.") from error
    board: Board = _record(Board, {**facts, "id": path.stem}, path.name)
    if board.target == "native":
        board = dataclasses.replace(board, target=native().name)
    if fault := _fault(board):
        raise UsageError(f"{path.name}: {fault}.")
    return board


def _fault(board: Board) -> str | None:
    """What the types do not say."""
    missing = [room for room in board.port if not (paths.firmware() / "ports" / room).is_dir()]
    memory = (board.clock_hz, board.flash, board.ram)
    regions = [region for region in (board.flash, board.ram) if region]
    if not board.port or missing:
        return f"port names no folder of firmware/ports: {missing}"
    if board.target not in TARGETS:
        return f"target is '{board.target}', not one of: {', '.join(TARGETS)}"
    if strange := [usb for usb in board.usb if not re.fullmatch("[0-9a-f]{4}:[0-9a-f]{4}", usb)]:
        return f"usb is not of the form 0d28:0204: {strange}"
    if board.checked not in CHECKED:
        return f"checked is '{board.checked}', not one of: {', '.join(CHECKED)}"
    if any(memory) and not all((*memory, board.compiler)):
        return "clock_hz, flash, ram and compiler go together"
    if any(region.origin < 0 or region.length <= 0 or region.origin + region.length > 2**32 for region in regions):
        return "flash or ram does not lie within 32 bits of address"
    if any(region.origin % 16 for region in regions):
        return "flash and ram begin at multiples of 16"
    return None


def _record(cls: type[Any], facts: Mapping[str, Any], where: str) -> Any:
    """The dataclass `cls` from a TOML table: every fact known, of its type, and none missing."""
    hints = typing.get_type_hints(cls)
    needed = {f.name for f in dataclasses.fields(cls) if f.default is f.default_factory is dataclasses.MISSING}
    for key in sorted((needed - facts.keys()) | (facts.keys() - hints.keys())):
        raise UsageError(f"{where} {'lacks' if key in needed else 'has an unknown fact,'} '{key}'.")
    return cls(**{key: _value(hints[key], value, f"{where}: {key}") for key, value in facts.items()})


def _value(hint: Any, value: Any, where: str) -> Any:
    if isinstance(hint, types.UnionType):
        hint = next(kind for kind in typing.get_args(hint) if kind is not type(None))
    kind = typing.get_origin(hint) or hint
    if dataclasses.is_dataclass(kind) and isinstance(value, dict):
        return _record(typing.cast(type[Any], kind), value, where)
    items = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    if type(value) is not kind or any(type(item) is not typing.get_args(hint)[-1] for item in items):
        raise UsageError(f"{where} should be {getattr(hint, '__name__', hint)}, but is {value!r}.")
    return value
