"""From what a user names (a folder, a board, a port or an emulator) to a board that answers and runs that model."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from . import board as boards
from .build import Build, build
from .converters.graph_to_c import read_manifest
from .device import Device
from .emulator import emulate
from .errors import NoBoardError, SeveralBoardsError


@contextmanager
def attached(
    folder: str | Path, board: str, *, port: str | None = None, emulated: bool = False, built: Build | None = None
) -> Iterator[Device]:
    """The board `board`, checked to run the model of `folder`: behind `port`, or the only USB serial port there is.

    With `emulated`, the firmware (`built`, or built for this) is started on the board's emulator instead. Raises the
    errors of `build`, `emulate` and `Device`; NoBoardError or SeveralBoardsError when the port is not named and not
    clear.
    """
    manifest = read_manifest(folder)
    facts = boards.load(board)
    with ExitStack() as stack:
        if emulated:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="edgecnn-")))
            built = built or build(folder, facts, scratch / "firmware")
            port = stack.enter_context(emulate(built.board, built.elf))
        device = stack.enter_context(Device(port or only_port(), baud=facts.baud))
        device.expect(manifest)
        yield device


def ports() -> list[str]:
    """The USB serial ports of this computer, with what they say about themselves."""
    from serial.tools.list_ports import comports

    return [f"{port.device} ({port.description})" for port in sorted(comports()) if port.vid is not None]


def only_port() -> str:
    """The USB serial port, when there is exactly one."""
    found = ports()
    if not found:
        raise NoBoardError("no board is attached; plug one in, name its --port, or use --emulate.")
    if len(found) > 1:
        raise SeveralBoardsError(f"several serial ports could be meant: {', '.join(found)}; choose one with --port.")
    return found[0].split(" ", 1)[0]
