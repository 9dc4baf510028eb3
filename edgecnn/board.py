"""The facts of a board, from its file in boards/."""

from __future__ import annotations

import dataclasses
import functools
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from .errors import UsageError
from .support import paths
from .support.names import unknown
from .support.progress import say
from .support.records import PRINTABLE, matching, one_of, record, shown, within
from .targets import TARGETS, native

ELF = "firmware.elf"  # what the compiler makes for most boards
CHECKED = ("run", "qemu", "simavr", "rp2040js", "stand-in", "not run")

_NATIVE = "native"
_DISTANT = 2**32  # where addresses of 32 bits end

Text = Annotated[str, PRINTABLE]
Label = Annotated[str, PRINTABLE, matching(".+", "some text")]
Id = Annotated[str, matching(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,47}", "48 letters, digits, _, . and - at most")]
Kind = Annotated[str, matching(r"[a-z0-9][a-z0-9_-]*", "the name of a tool")]
File = Annotated[str, matching(r"\w[\w.-]*", "the name of a file, without a folder")]
Room = Annotated[str, matching(r"[a-z0-9_]+", "the name of a folder of firmware/ports")]
Usb = Annotated[str, matching("[0-9a-f]{4}:[0-9a-f]{4}", "of the form 0d28:0204")]
Macro = Annotated[str, matching("[A-Za-z_][A-Za-z0-9_]*", "the name of a macro")]
Word = Annotated[int, within(0, _DISTANT - 1, "a number of 32 bits")]
Hertz = Annotated[int, within(1, 10**10)]
Seconds = Annotated[float, within(0, 60)]
Baud = Annotated[int, within(50, 50_000_000)]


@dataclass(frozen=True)
class Region:
    """A stretch of addresses."""

    origin: Annotated[int, within(0, _DISTANT)]
    length: Annotated[int, within(1, _DISTANT)]


@dataclass(frozen=True)
class Target:
    """A compiler that edgecnn.building.toolchain knows, and what it calls the core."""

    cpu: Label
    target: Text = ""
    kind: Kind = "zig"
    flags: list[Text] = field(default_factory=list)


@dataclass(frozen=True)
class Emulator:
    """What stands in for the board: a kind that edgecnn.emulators.emulator knows."""

    kind: Kind
    program: Text = ""
    machine: Text = ""
    bootloader: Text = ""  # of an empty board: a file of Debian's arduino-core-avr
    options: list[Text] = field(default_factory=list)
    icount: Annotated[int, within(0, 10)] = 8  # QEMU, while it counts instructions: each takes 2^icount ns of its time
    counter_hz: Hertz | None = None  # of the port's counter in the emulator's time, where the chip's differs


@dataclass(frozen=True)
class Flasher:
    """How firmware gets into the board: a kind that edgecnn.flash knows, and what that tool needs."""

    kind: Kind
    options: list[Text] = field(default_factory=list)  # for its command line
    ids: list[Label] = field(default_factory=list)  # by which such a board names itself
    prepare: Text = ""  # what the user does first, as in "hold BOOTSEL while you plug it in"


@dataclass(frozen=True)
class Board:
    """A board as its file describes it; a Linux computer has no memory map, this one no cross compiler either."""

    id: Id
    name: Label
    vendor: Label
    mcu: Label
    core: Label
    port: list[Room]  # folders of firmware/ports that make up its port
    baud: Baud
    checked: Annotated[str, one_of(CHECKED)]  # how it was last seen to work
    target: Annotated[str, one_of([*TARGETS, _NATIVE])] = "generic"  # whose kernels suit the core; "native": this one's
    clock_hz: Hertz | None = None
    flash: Region | None = None
    ram: Region | None = None
    compiler: Target | None = None
    gcc: Target | None = None  # that of `build --compiler gcc`, where it does not follow from `compiler`
    program: File = ELF  # the file that the compiler makes
    uf2_family: Word | None = None  # of the chip, where it takes UF2 files
    emulator: Emulator | None = None
    flasher: Flasher | None = None
    debuggers: dict[Kind, Text] = field(default_factory=dict)  # what openocd, pyocd and probe-rs call the board or chip
    usb: list[Usb] = field(default_factory=list)  # what its serial port is on USB: vendor:product, 4 hex digits each
    settle: Seconds = 0.0  # after the port was opened, and so the board reset, that its bootloader listens
    defines: dict[Macro, Word] = field(default_factory=dict)  # what the port's C asks for beside CLOCK_HZ and BAUD

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
    known_here = name in names()
    path = paths.boards() / f"{name}.toml" if known_here else Path(name)
    if path.suffix != ".toml" or not path.is_file():
        raise UsageError(unknown("board", name, names(), "or give a .toml file"))
    try:
        facts = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path.name} is not a TOML file that can be read: {error}.") from error
    try:
        board = record(Board, {**facts, "id": path.stem}, path.name)
    except ValueError as error:
        raise UsageError(f"{error}.") from error
    if fault := _fault(board):
        raise UsageError(f"{path.name}: {fault}.")
    if not known_here:
        _announce(path.resolve())
    return dataclasses.replace(board, target=native().name) if board.target == _NATIVE else board


@functools.cache
def _announce(path: Path) -> None:
    """A board file is code: said once, before any of it is done."""
    say(f"board file {path}: edgecnn runs the compiler flags, emulator and flash tool that it names.")


def _fault(board: Board) -> str | None:
    """What the types do not say."""
    missing = [room for room in board.port if not (paths.firmware() / "ports" / room).is_dir()]
    memory = (board.clock_hz, board.flash, board.ram)
    regions = [region for region in (board.flash, board.ram) if region]
    if not board.port or missing:
        return f"port names no folder of firmware/ports: {shown(missing)}"
    if any(memory) and not all((*memory, board.compiler)):
        return "clock_hz, flash, ram and compiler go together"
    if any(region.origin + region.length > _DISTANT for region in regions):
        return "flash or ram does not lie within 32 bits of address"
    if any(region.origin % 16 for region in regions):
        return "flash and ram begin at multiples of 16"
    return None
