"""What carries the bytes to a board and back: a serial port, a URL that pyserial knows, or ssh."""

from __future__ import annotations

import errno
from typing import Protocol

import serial

from ..errors import PortError
from .ssh import SCHEME, SshLine

_CANNOT_OPEN = {
    errno.ENOENT: "does not exist; plug the board in, or name another port",
    errno.EACCES: "is not yours to open; `sudo usermod -aG dialout $USER` and log in again",
    errno.EBUSY: "is busy; close the program that uses it",
    errno.EAGAIN: "is busy; close the program that uses it",
}


class Line(Protocol):
    """What carries the bytes: pyserial's Serial, or what behaves like it. `read` gives up after a short while."""

    @property
    def in_waiting(self) -> int:
        """Bytes that can be read at once."""

    def read(self, size: int = 1, /) -> bytes:
        """Up to `size` bytes."""

    def write(self, data: bytes, /) -> int | None:
        """Send all."""

    def close(self) -> None:
        """The end."""


def open_line(port: str, baud: int) -> Line:
    """The line of that name, as `Device` takes it; raises PortError when it cannot be opened."""
    if port.startswith(SCHEME):
        return SshLine(port)
    try:
        line: Line = serial.serial_for_url(port, baud, timeout=0.05, write_timeout=10, exclusive=True)
    except (OSError, ValueError) as error:
        reason = _CANNOT_OPEN.get(getattr(error, "errno", None) or 0, f"cannot be opened ({error}); name another port")
        raise PortError(f"{port} {reason}.") from error
    return line
