"""A Linux computer behind ssh: commands there, and the firmware there as if it were at the end of a serial line."""

from __future__ import annotations

import os
import select
import subprocess
import tempfile
from urllib.parse import urlsplit

from ..errors import NoBoardError, PortError
from ..support import dependencies

SCHEME = "ssh://"
PROGRAM = "edgecnn-firmware"  # what `edgecnn flash` calls it, in the home folder there

_PATIENCE = 0.05  # seconds that a read waits
_FAREWELL = 5  # seconds that ssh may take to end
_UNREACHABLE, _NOT_THERE = 255, (126, 127)  # exit codes: of ssh itself, and of a shell that cannot start the program


def command(place: str, line: str) -> list[str]:
    """ssh's command line that runs the shell's `line` at `place`, which is [USER@]HOST[:PORT] and may begin with ssh://.

    It never asks for a password: keys, names and jumps are as in the user's own configuration. Raises UsageError where
    ssh is not installed, PortError when `place` is none.
    """
    url = f"{SCHEME}{place.removeprefix(SCHEME)}"
    try:
        parts = urlsplit(url)
        port = [] if parts.port is None else ["-p", str(parts.port)]
    except ValueError:
        raise PortError(f"{url} is not of the form ssh://USER@HOST:PORT.") from None
    if not parts.hostname or parts.path.strip("/"):
        raise PortError(f"{url} is not of the form ssh://USER@HOST:PORT.")
    host = parts.netloc.removesuffix(f":{parts.port}")
    return [dependencies.path("ssh"), "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", *port, "--", host, line]


def program_sha256(place: str) -> str | None:
    """The SHA-256 of the firmware at `place`; None where there is none, or the computer cannot be reached."""
    done = subprocess.run(
        command(place, f"sha256sum {PROGRAM}"), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return done.stdout.split()[0] if done.returncode == 0 and done.stdout.strip() else None


class SshLine:
    """The firmware at the place `url` as a Line; its end is an OSError, or says that it never began.

    Reading and writing raise PortError when there is no way to that computer, NoBoardError when no firmware is there.
    """

    def __init__(self, url: str):
        self.url = url
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        # PROGRAM takes the place of the shell, so that it ends with the connection.
        self._process = subprocess.Popen(
            command(url, f"exec ./{PROGRAM}"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            bufsize=0,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout

    @property
    def in_waiting(self) -> int:
        """Bytes that may be asked for at once; a pipe does not tell how many there are."""
        return select.PIPE_BUF

    def read(self, size: int = 1, /) -> bytes:
        """Up to `size` bytes, none when nothing comes for a moment."""
        if not select.select([self._out], [], [], _PATIENCE)[0]:
            return b""
        if not (data := os.read(self._out.fileno(), size)):
            raise self._ended()
        return data

    def write(self, data: bytes, /) -> int:
        """Send all."""
        try:
            return self._in.write(data) or 0
        except BrokenPipeError:
            raise self._ended() from None

    def close(self) -> None:
        """The firmware ends when its input does; ssh is not waited for."""
        self._in.close()
        self._process.terminate()
        self._process.wait()
        self._out.close()
        self._complaints.close()

    def _ended(self) -> Exception:
        try:
            code = self._process.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            return OSError("the program there ended")
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        last = lines[-1].strip().rstrip(".") if lines else f"ssh ended with code {code}"
        if code == _UNREACHABLE:
            host = self.url.removeprefix(SCHEME)
            return PortError(f"{self.url} cannot be reached ({last}); try `ssh {host}` and `ssh-copy-id`.")
        if code in _NOT_THERE:
            return NoBoardError(f"no firmware can be started on {self.url} ({last}); use `edgecnn flash` first.")
        return OSError(last)
