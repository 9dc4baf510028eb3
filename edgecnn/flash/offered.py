"""Commands of debuggers that edgecnn does not run: nobody here could try them, so they are printed and labelled."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

from ..board import ELF, Board
from ..errors import UsageError

# What the board's file calls it, and the folder of the firmware -> the command lines.
OFFERED: dict[str, Callable[[str, Path], list[list[str]]]] = {
    "openocd": lambda scripts, folder: [
        [
            "openocd",
            *(part for script in scripts.split() for part in ("-f", script)),
            *("-c", f"program {folder / ELF} verify reset exit"),
        ]
    ],
    "pyocd": lambda target, folder: [["pyocd", "load", "--target", target, str(folder / "firmware.hex")]],
    "probe-rs": lambda chip, folder: [
        ["probe-rs", "download", "--chip", chip, "--verify", str(folder / ELF)],
        ["probe-rs", "reset", "--chip", chip],
    ],
}


def commands(kind: str, board: Board, folder: Path) -> list[str]:
    """The lines to type; raises UsageError when it is not known what that debugger calls the board."""
    if kind not in board.debuggers:
        known = ", ".join(board.debuggers) or "no debugger"
        raise UsageError(f"boards/{board.id}.toml does not say what {kind} calls the board; it knows: {known}.")
    return [shlex.join(line) for line in OFFERED[kind](board.debuggers[kind], folder)]
