"""What carries the bytes to a board and back: a serial port, a socket or ssh."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Protocol

import serial

from ..errors import PortError
from .ssh import SCHEME, SshLine

SILENCE = 0.25  # seconds without a byte after which what came has ended, or was cut

_CANNOT_OPEN = {
    errno.ENOENT: "does not exist; plug the board in, or name another port",
    errno.EACCES: "is not yours to open; `sudo usermod -aG dialout $USER` and log in again",
    errno.EBUSY: "is busy; close the program that uses it",
    errno.EAGAIN: "is busy; close the program that uses it",
}


# pyserial knows more: it would load whatever class alt:// names, and write the file that spy:// names.
_SCHEMES = ("socket", SCHEME.removesuffix("://"))


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


@dataclass
class Arrivals:
    """How the bytes of an answer arrive, one by one or all at once."""

    first: float | None = None  # when a byte came that followed a silence
    last: float = 0.0
    size: int = 0  # bytes since, the first not counted

    def note(self, size: int, now: float) -> None:
        """`size` bytes came."""
        if self.first is None or now > self.last + SILENCE:
            self.first, self.size = now, -1
        self.last, self.size = now, self.size + size

    @property
    def pace(self) -> float:
        """Seconds that each took."""
        return (self.last - (self.first or 0)) / self.size if self.size else 0


def open_line(port: str, baud: int) -> Line:
    """The line of that name, as `Device` takes it; raises PortError when it cannot be opened."""
    scheme, url, _ = port.partition("://")
    if url and scheme not in _SCHEMES:
        raise PortError(
            f"{port} is not a port that edgecnn opens; name a serial port (/dev/ttyACM0, COM3), socket://HOST:PORT or "
            "ssh://USER@HOST."
        )
    if port.startswith(SCHEME):
        return SshLine(port)
    try:
        line: Line = serial.serial_for_url(port, baud, timeout=0.05, write_timeout=10, exclusive=True)
    except (OSError, ValueError) as error:
        reason = _CANNOT_OPEN.get(getattr(error, "errno", None) or 0, f"cannot be opened ({error}); name another port")
        raise PortError(f"{port} {reason}.") from error
    return line
