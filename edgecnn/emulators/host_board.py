"""The firmware as a program of this computer, behind a pseudo-terminal."""

from __future__ import annotations

import os
import subprocess
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .tether import tethered


@contextmanager
def host_board(
    *command: str | Path, environment: Mapping[str, str] = types.MappingProxyType({}), pass_fds: tuple[int, ...] = ()
) -> Iterator[str]:
    """Start the firmware that is a program of this computer; yields the name of the pty behind which it is.

    The process has the variables of `environment`, beside ours, and the open files `pass_fds`.
    """
    board_end, our_end = os.openpty()
    variables = {**os.environ, **environment}
    try:
        try:
            process = subprocess.Popen(
                tethered(command), stdin=board_end, stdout=board_end, env=variables, pass_fds=pass_fds
            )
        finally:
            os.close(board_end)
        try:
            yield os.ttyname(our_end)
        finally:
            process.kill()
            process.wait()
    finally:
        os.close(our_end)
