"""Processes that end with ours, however it ends: the kernel sees to it where it can.

As a program, `python tether.py PARENT COMMAND...` becomes COMMAND, which is killed when PARENT ends.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1  # of Linux's prctl; what it sets outlives exec


def tethered(command: Sequence[str | os.PathLike[str]]) -> list[str]:
    """The command line that runs `command` so, in the same process. Without Linux, `command` itself.

    It ends with the thread that starts it, which is all that Linux can be asked for.
    """
    words = [os.fspath(word) for word in command]
    if sys.platform != "linux":
        return words
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *words]


def _become(parent: int, command: list[str]) -> None:
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        sys.exit(1)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}.")


if __name__ == "__main__":
    _become(int(sys.argv[1]), sys.argv[2:])
