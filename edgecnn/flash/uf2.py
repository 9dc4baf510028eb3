"""The drive that a bootloader shows for UF2 files (the RP2040's is in its ROM): what is copied onto it is flashed."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..board import Board
from ..building.build import UF2
from ..errors import UsageError, WrongModelError
from . import drive
from .tool import Job, Tool, failed

_INFO = "INFO_UF2.TXT"  # what the bootloader says about itself


def _find(board: Board, port: str | None) -> str:
    prepare = board.flasher.prepare if board.flasher else ""
    return drive.find(board.name, lambda path: (path / _INFO).is_file(), prepare or "start its bootloader")


def _write(job: Job) -> bool:
    _check(job)
    file = job.built.folder / UF2
    drive.copy(file, job.place)
    job.tell(f"copied {file} to {job.place}")
    if os.path.ismount(job.place):
        return False  # what it shows is what this computer remembers, if the chip has not restarted and taken it away
    if not _holds(job):
        raise failed(job, job.place, f"shows another {UF2} than was copied there")
    return True


def _holds(job: Job) -> bool:
    """A folder that stands in for the drive keeps the file; a chip's own drive never shows one."""
    try:
        return (Path(job.place) / UF2).read_bytes() == (job.built.folder / UF2).read_bytes()
    except OSError:
        return False


def _check(job: Job) -> None:
    """Raise unless the place is the drive of such a board."""
    try:
        info = (Path(job.place) / _INFO).read_text(errors="replace")
    except OSError as error:
        raise UsageError(
            f"{job.place} is not the drive of {job.board.name}: it has no {_INFO}; name another folder with --to."
        ) from error
    found = re.search(r"^Board-ID: *(\S+)", info, re.MULTILINE)
    known = job.facts.ids
    if known and found and found[1] not in known:
        raise WrongModelError(
            f"the board at {job.place} says that it is {found[1]}, but {job.board.id} is {' or '.join(known)}; "
            "choose its --board."
        )


TOOL = Tool(find=_find, write=_write, holds=_holds)
