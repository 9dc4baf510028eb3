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
_LEAVES, _RETURNS = 3, 10  # seconds until the drive goes away after a file, and until it is back


def _find(board: Board, port: str | None) -> str:
    prepare = board.flasher.prepare if board.flasher else ""
    return drive.find(board.name, lambda path: (path / _DETAILS).is_file(), prepare or "plug it in")


def _write(job: Job) -> bool:
    _check(job)
    file, details, failure = (Path(path) for path in (job.built.folder / "firmware.hex", *_files(job.place)))
    job.tell(f"copy {file} to {job.place}")
    drive.copy(file, job.place)
    for is_there, seconds in ((False, _LEAVES), (True, _RETURNS)):
        end = time.monotonic() + seconds
        while details.is_file() is not is_there and time.monotonic() < end:
            time.sleep(0.05)
    if failure.is_file():
        said = failure.read_text(errors="replace").strip().splitlines()
        raise failed(
            job, "DAPLink", f"refused the file: {said[0].removeprefix('error: ') if said else 'without a word'}"
        )
    return False  # what the drive shows is not the flash


def _files(place: str) -> tuple[Path, Path]:
    return Path(place) / _DETAILS, Path(place) / _FAILED


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
