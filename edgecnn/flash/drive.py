"""Boards that show themselves as a drive: whoever copies a file onto it writes their flash."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from pathlib import Path

from ..errors import NoBoardError, SeveralBoardsError, TransferError

# Where desktops mount drives: Debian and Ubuntu, Fedora and Arch, macOS; by hand.
_MOUNTS = ("/media/{user}/*", "/run/media/{user}/*", "/Volumes/*", "/media/*", "/mnt", "/mnt/*")


def find(what: str, is_ours: Callable[[Path], bool], prepare: str) -> str:
    """The only mounted drive that `is_ours`; raises NoBoardError or SeveralBoardsError."""
    places = {path for mount in _MOUNTS for path in Path("/").glob(mount.format(user=getpass.getuser())[1:])}
    drives = sorted(str(path) for path in places if is_ours(path))
    if not drives:
        raise NoBoardError(f"no drive of {what} is mounted; {prepare}, mount its drive, or name the folder with --to.")
    if len(drives) > 1:
        raise SeveralBoardsError(f"several drives could be meant: {', '.join(drives)}; choose one with --to.")
    return drives[0]


def copy(file: Path, drive: str) -> None:
    """Copy `file` onto a drive, in order and through to the board: there is no second chance to replace it in one step.

    Raises TransferError when the drive goes away before all is written.
    """
    data = file.read_bytes()
    try:
        descriptor = os.open(Path(drive) / file.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        with open(descriptor, "wb", buffering=0) as target:
            written = 0
            while written < len(data):
                written += target.write(data[written:])
            os.fsync(descriptor)
    except OSError as error:
        raise TransferError(
            f"{drive} did not take {file.name} ({error.strerror}); plug the board in again and flash it again."
        ) from error
