"""The drive of a debug chip that runs Arm's DAPLink, the micro:bit's: an Intel HEX file copied onto it is flashed."""

from __future__ import annotations

import re
import time
from pathlib import Path

from ..board import Board
from ..errors import UsageError, WrongModelError
from . import drive
from .tool import Job, Tool, failed

_DETAILS = "DETAILS.TXT"  # what DAPLink says about itself
_FAILED = "FAIL.TXT"  # there after a file that DAPLink could not use
_SETTLES = 10  # seconds until the drive is back after a file


def _find(board: Board, port: str | None) -> str:
    prepare = board.flasher.prepare if board.flasher else ""
    return drive.find(board.name, lambda path: (path / _DETAILS).is_file(), prepare or "plug it in")


def _write(job: Job) -> bool:
    _check(job)
    drive.copy(job.built.folder / "firmware.hex", job.place)
    job.tell(f"copied {job.built.folder / 'firmware.hex'} to {job.place}")
    folder, end = Path(job.place), time.monotonic() + _SETTLES
    while not (folder / _DETAILS).is_file() and time.monotonic() < end:  # DAPLink takes the drive away meanwhile
        time.sleep(0.1)
    if (folder / _FAILED).is_file():
        raise failed(job, "DAPLink", f"refused the file: {(folder / _FAILED).read_text(errors='replace').strip()}")
    return False  # what the drive shows is not the flash


def _check(job: Job) -> None:
    """Raise unless the place is the drive of such a board: its unique ID begins with the number of its kind."""
    try:
        details = (Path(job.place) / _DETAILS).read_text(errors="replace")
    except OSError as error:
        raise UsageError(
            f"{job.place} is not the drive of {job.board.name}: it has no {_DETAILS}; name another folder with --to."
        ) from error
    found = re.search(r"Unique ID: *(\w{4})", details)
    known = job.facts.ids
    if known and found and found[1] not in known:
        raise WrongModelError(
            f"the board at {job.place} says it is of kind {found[1]}, but {job.board.id} is {' or '.join(known)}; "
            "choose its --board."
        )


TOOL = Tool(find=_find, write=_write)
