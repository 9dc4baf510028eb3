"""Firmware into a board: written by the board's own tool, read back, and asked for."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ..board import Board
from ..building.build import Build
from ..device.device import Device
from ..errors import NoBoardError, UsageError, WrongModelError
from ..onboard.connect import ports_of
from ..support.names import unknown
from . import avrdude, esptool, gdb, hex_folder, ssh, stm32flash, uf2
from .tool import Job, Tool

# What a board's file may name as the kind of its flasher.
TOOLS: dict[str, Tool] = {
    "avrdude": avrdude.TOOL,
    "esptool": esptool.TOOL,
    "gdb": gdb.TOOL,
    "hex_folder": hex_folder.TOOL,
    "ssh": ssh.TOOL,
    "stm32flash": stm32flash.TOOL,
    "uf2": uf2.TOOL,
}

_BEFORE, _AFTER = 3, 20  # seconds to wait for firmware that may, and for one that should answer


@dataclass(frozen=True)
class Flashed:
    """What happened: at least one of `unchanged`, `read_back` and `answered` is true, or `flash` has raised."""

    board: str
    tool: str
    place: str
    port: str | None
    model: str
    model_sha256: str
    image_size: int  # bytes
    image_crc: int
    unchanged: bool  # the board had this very image already, and nothing was written
    read_back: bool  # the tool compared all bytes
    answered: bool  # the running firmware named this model and image, and passed its self-test

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return asdict(self)


def flash(
    built: Build,
    place: str | None = None,
    *,
    port: str | None = None,
    kind: str | None = None,
    ask: bool = True,
    tell: Callable[[str], None] = lambda line: None,
    note: Callable[[str], None] = lambda line: None,
) -> Flashed:
    """Write a firmware to its board, unless exactly this one runs there.

    `place` is where the tool writes and `port` the serial port behind which the firmware answers; both are found where
    that is possible. `kind` is a tool other than the board's own; without `ask` it is known that nothing runs there
    yet; `tell` takes the tools' command lines, `note` what the user should know although all went well. Raises
    UsageError when the board or this computer lacks the tool, NoBoardError or SeveralBoardsError when there is not
    exactly one place, TransferError when the tool fails, NoBoardError when the firmware does not answer although it
    should, and the errors of `Device`.
    """
    kind, tool = _tool(built.board, kind)
    tool.needs()
    place = place or tool.find(built.board, port)
    port = port or tool.port(place) or _only_port(built.board, place)
    job = Job(built, place, tell, note)
    image = (built.folder / "firmware.bin" if built.board.bare else built.elf).read_bytes()
    facts = (built.board.id, kind, place, port, built.model, built.model_sha256, len(image), zlib.crc32(image))
    held = tool.holds(job)
    if held and port:
        _expect(built, image, port)
    if held or (ask and port and tool.may_ask(job) and _runs(built, image, port)):
        return Flashed(*facts, unchanged=True, read_back=False, answered=port is not None)
    read_back = tool.write(job)
    if port:
        _expect(built, image, port)
    elif not read_back:
        raise NoBoardError(
            f"the firmware was written to {place}, which cannot be read back; name the board's serial --port so that "
            "it can be asked."
        )
    return Flashed(*facts, unchanged=False, read_back=read_back, answered=port is not None)


def _tool(board: Board, kind: str | None) -> tuple[str, Tool]:
    if board.flasher is None:
        raise UsageError(f"{board.id}.toml names no flasher; use --emulate with `run`, `eval` or `profile`.")
    kind = kind or board.flasher.kind
    if kind not in TOOLS:
        raise UsageError(unknown("flasher", kind, TOOLS))
    return kind, TOOLS[kind]


def _only_port(board: Board, place: str) -> str | None:
    """The only port it can be, unless the tool writes there: then it is not said that firmware answers there."""
    found = [port.device for port in ports_of(board)]
    return found[0] if len(found) == 1 and found[0] != place else None


def _runs(built: Build, image: bytes, port: str) -> bool:
    """Whether the firmware behind `port` is this very image."""
    try:
        _ask(built, image, port, _BEFORE)
    except (NoBoardError, WrongModelError):
        return False
    return True


def _expect(built: Build, image: bytes, port: str) -> None:
    try:
        _ask(built, image, port, _AFTER)
    except NoBoardError as error:
        raise NoBoardError(f"the firmware was written, but {error}") from error


def _ask(built: Build, image: bytes, port: str, patience: float) -> None:
    """Raise WrongModelError unless the firmware behind `port` is this one, VerificationError if it computes wrong."""
    with Device(port, baud=built.board.baud, patience=patience, settle=built.board.settle) as device:
        device.expect(built.model, built.model_sha256)
        there = device.image()
        if built.board.bare and (there.size, there.crc) != (len(image), zlib.crc32(image)):
            raise WrongModelError(
                f"the board on {port} runs an image of {there.size:,} bytes with CRC {there.crc:08x}, not the one of "
                f"{len(image):,} bytes with CRC {zlib.crc32(image):08x}; reset the board and flash it again."
            )


__all__ = ["TOOLS", "Flashed", "Job", "Tool", "flash"]
