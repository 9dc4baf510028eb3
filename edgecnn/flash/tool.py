"""What a tool that writes firmware to a board supplies, and what it is given."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..board import Board, Flasher
from ..building.build import Build
from ..errors import TransferError
from ..support import dependencies

_PATIENCE = 600  # seconds that a tool may take


@dataclass(frozen=True)
class Job:
    """One firmware to be written to one place."""

    built: Build
    place: str  # where the tool writes: a serial port, the folder of a drive, host:port, user@host
    tell: Callable[[str], None] = lambda line: None  # takes the command lines
    note: Callable[[str], None] = lambda line: None  # takes what the user should know although it went on

    @property
    def board(self) -> Board:
        return self.built.board

    @property
    def facts(self) -> Flasher:
        """What the board's file says about flashing."""
        assert self.built.board.flasher
        return self.built.board.flasher


@dataclass(frozen=True)
class Tool:
    """How a kind of tool finds its board, writes and reads back; one file of this folder each, and a line in TOOLS."""

    find: Callable[[Board, str | None], str]
    """The place, given the serial port if it is known; raises NoBoardError or SeveralBoardsError."""

    write: Callable[[Job], bool]
    """Writes, starts the firmware, and says whether it was read back and found equal; raises TransferError."""

    needs: Callable[[], object] = list
    """Raises UsageError when this computer lacks what `write` runs."""

    port: Callable[[str], str | None] = lambda place: None
    """The serial port behind which the board at a place answers, where that follows from it."""

    holds: Callable[[Job], bool] = lambda job: False
    """Whether the place holds this very image, where that can be told without the running firmware."""

    may_ask: Callable[[Job], bool] = lambda job: True
    """Whether firmware may run at the place and be asked; a bootloader may take a question for something else."""


def program(name: str) -> list[str]:
    """The beginning of a command line; raises UsageError with what installs it."""
    return [dependencies.path(name)]


def module(name: str) -> list[str]:
    """As `program`, of a Python package."""
    dependencies.path(name)
    return [sys.executable, "-m", name]


def _last(lines: list[str]) -> str:
    return lines[-1]


def run(
    job: Job,
    command: Sequence[str],
    *,
    stdin: Path = Path(os.devnull),
    words: Callable[[list[str]], str] = _last,
    again: str | None = None,
) -> str:
    """Run a tool to its end, fed with the file `stdin`, and return what it printed; when it fails, raises TransferError
    with the line of it that `words` chooses: at once, or once more if the pattern `again` is in what it printed."""
    job.tell(shlex.join(command))
    name = command[2] if "-m" in command[1:2] else command[0]
    try:
        with stdin.open("rb") as given:
            done = subprocess.run(
                command,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_PATIENCE,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise failed(job, name, f"did not end within {_PATIENCE} seconds") from error
    said = done.stdout.decode(errors="replace")
    if done.returncode:
        job.tell(said)
        if again and re.search(again, said):
            job.note(f"{job.board.id} at {job.place} did not answer {name.rpartition('/')[2]}; trying once more.")
            return run(job, command, stdin=stdin, words=words)
        lines = [line.strip() for line in re.split(r"[\r\n]+", said) if line.strip()]
        ended = f"was stopped by signal {-done.returncode}" if done.returncode < 0 else "failed"
        raise failed(job, name, f"{ended}: {words(lines)}" if lines else ended)
    return said


def failed(job: Job, name: str, how: str) -> TransferError:
    """The sentence for a tool that did not do its work."""
    prepare = job.facts.prepare or "check cable and power"
    return TransferError(
        f"{name.rpartition('/')[2]} {how.rstrip('.')}; what {job.board.id} at {job.place} holds now is not known: "
        f"{prepare}, and flash it again (--verbose shows the commands)."
    )
