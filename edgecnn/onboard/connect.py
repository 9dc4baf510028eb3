"""From what a user names (a folder, a board, a port or an emulator) to a board that answers and runs that model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import board as boards
from ..board import Board
from ..building.build import Build, build
from ..converted import Converted, opened
from ..device import ssh
from ..device.device import Device
from ..emulators.emulator import emulate
from ..errors import NoBoardError, SeveralBoardsError
from ..support.scratch import scratch_folder


@contextmanager
def attached(
    folder: str | Path | Converted,
    board: str,
    *,
    port: str | None = None,
    emulated: bool = False,
    built: Build | None = None,
) -> Iterator[Device]:
    """The board `board`, checked to run the model of `folder`: behind `port`, or the only USB serial port there is.

    With `emulated`, the firmware (`built`, or built for this) is started on the board's emulator instead. Raises the
    errors of `build`, `emulate` and `Device`; NoBoardError or SeveralBoardsError when the port is not named and not
    clear.
    """
    network = opened(folder)
    facts = boards.load(board)
    # The emulator was not opened but started, without a bootloader; how fast it boots depends on this computer.
    patience, settle = (60.0, 0.0) if emulated else (10.0, facts.settle)
    with ExitStack() as stack:
        if emulated:
            scratch = stack.enter_context(scratch_folder())
            built = built or build(network, facts, scratch / "firmware")
            port = stack.enter_context(emulate(built.board, built.elf))
        device = stack.enter_context(
            Device(port or only_port(facts), baud=facts.baud, patience=patience, settle=settle)
        )
        device.expect(network.manifest.name, network.manifest.model.sha256)
        if emulated and built:
            device.identity = ("emulated", built.elf_sha256)
        elif device.port.startswith(ssh.SCHEME):
            device.identity = (device.port, ssh.program_sha256(device.port) or "")
        yield device


@dataclass(frozen=True)
class UsbPort:
    """A serial port on USB, and what it says about itself."""

    device: str
    description: str
    usb: str  # vendor and product, as in "0d28:0204"

    def __str__(self) -> str:
        likely = [board.id for board in boards.known() if self.usb in board.usb]
        return f"{self.device} ({self.description}{', probably ' + ' or '.join(likely) if likely else ''})"


def usb_ports() -> list[UsbPort]:
    """The USB serial ports of this computer."""
    from serial.tools.list_ports import comports

    ports = sorted(port for port in comports() if port.vid is not None)
    return [UsbPort(port.device, port.description, f"{port.vid:04x}:{port.pid:04x}") for port in ports]


def ports_of(board: Board) -> list[UsbPort]:
    """The ports behind which `board` may be: those of its USB ids, else those which are not another board's."""
    found = usb_ports()
    others = {usb for other in boards.known() for usb in other.usb}
    return [port for port in found if port.usb in board.usb] or [port for port in found if port.usb not in others]


def only_port(board: Board) -> str:
    """The port behind which `board` must be; raises NoBoardError or SeveralBoardsError unless there is just one."""
    found, attached_ports = ports_of(board), usb_ports()
    if not found:
        seen = f"; attached: {', '.join(map(str, attached_ports))}" if attached_ports else ""
        raise NoBoardError(
            f"no board is attached that could be {board.id}{seen}; plug it in, name its --port, or use --emulate."
        )
    if len(found) > 1:
        listed = ", ".join(map(str, found))
        raise SeveralBoardsError(f"several serial ports could be {board.id}: {listed}; choose one with --port.")
    return found[0].device
