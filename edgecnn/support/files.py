"""Writing files and folders so that an interruption leaves either the old or the new, never half of one."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..errors import EdgecnnError

try:
    import fcntl
except ImportError:  # no POSIX: nothing is locked there, and so nothing is ever taken for left behind
    fcntl = None  # type: ignore[assignment]

_SCRATCH = ".edgecnn-scratch-"
_SCRATCH_NAME = re.compile(re.escape(_SCRATCH) + "[a-z0-9_]{8}")  # what tempfile.mkdtemp makes of it
_OLD = "old"  # in a scratch folder: where a folder waits, under its name, while the new one takes its place


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a temporary path of the same name that becomes `target` when the block ends without error.

    Raises EdgecnnError when the place cannot be written to.
    """
    target = Path(target)
    with _scratch_beside(target) as scratch:
        temporary = scratch / target.name
        yield temporary
        with _writing(target):
            os.replace(temporary, target)


def write_atomically(target: Path, data: bytes) -> None:
    """Write `data` to `target` in one step; raises EdgecnnError when that is not possible."""
    with atomic_path(target) as temporary, _writing(target):
        temporary.write_bytes(data)


def replace_folder(folder: Path, files: Mapping[str, bytes], *, marker: str, force: bool | None = None) -> None:
    """Make `folder` hold exactly `files` (paths within it -> contents), in one step.

    A folder that already has something in it is replaced only if it holds `marker`, the sign that we made it: JSON
    whose `files` are the hashes of what we made. A file that is not among them, or was edited since, is replaced with
    `force` alone (None: the user has no such choice). Raises EdgecnnError otherwise, or when the place cannot be
    written to; the old folder then stays as it was.
    """
    folder = folder.resolve()  # a link stays one
    recover(folder.parent)
    with _writing(folder):
        ours = (folder / marker).is_file()
        if folder.is_file() or (folder.is_dir() and not ours and any(folder.iterdir())):
            raise EdgecnnError(
                f"{folder} is not empty and was not made by edgecnn; choose another folder, or empty it."
            )
        if ours and not force and (strange := _strange(folder, marker)):
            path, what = strange
            or_force = "" if force is None else ", or add --force to replace it"
            raise EdgecnnError(f"{folder} holds {path}, which {what}; move it, or choose another folder{or_force}.")
    with _scratch_beside(folder) as scratch, _writing(folder):
        new = scratch / "new"
        for path, data in files.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).write_bytes(data)
        new.chmod(0o755)
        if not folder.is_dir():
            os.replace(new, folder)
        elif not _exchange(new, folder):
            _replace_in_two_steps(new, folder, scratch / _OLD / folder.name)


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _strange(folder: Path, marker: str) -> tuple[str, str] | None:
    """The first file of a folder of ours that is not as we made it, and what is strange about it."""
    made = _made(folder / marker)
    for path in sorted(_files(folder) - {marker}):
        if path not in made:
            return path, "edgecnn did not make"
        file, its_hash = folder / path, made[path]
        if not file.is_file() or file.is_symlink() or (its_hash is not None and hash_of(file) != its_hash):
            return path, "was edited"
    return None


def _files(folder: Path) -> set[str]:
    """All that a folder holds and that is no folder; a link is none."""
    return {
        (Path(place) / name).relative_to(folder).as_posix()
        for place, folders, names in os.walk(folder)
        for name in (*names, *(name for name in folders if (Path(place) / name).is_symlink()))
    }


def _made(marker: Path) -> dict[str, str | None]:
    """The files that a marker names as made with it, with their hashes: earlier versions gave none of firmware."""
    try:
        files = json.loads(marker.read_bytes())["files"]
        return dict(files) if isinstance(files, dict) else dict.fromkeys(files)
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}


_CURRENT_FOLDER, _RENAME_EXCHANGE = -100, 2  # Linux: AT_FDCWD, and what both names shall do


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system has no way to."""
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    if renameat2 is None:
        return False
    paths = _CURRENT_FOLDER, os.fsencode(one), _CURRENT_FOLDER, os.fsencode(other)
    return bool(renameat2(*paths, _RENAME_EXCHANGE) == 0)  # else, what stands in the way of two steps says why


def _replace_in_two_steps(new: Path, folder: Path, old: Path) -> None:
    """What an end between the two leaves, `recover` finds."""
    old.parent.mkdir()
    os.replace(folder, old)
    try:
        os.replace(new, folder)
    except OSError:
        os.replace(old, folder)
        raise


def recover(parent: Path) -> None:
    """Clear what processes that were killed left in `parent`; a folder that was being replaced comes back."""
    for scratch in parent.glob(f"{_SCRATCH}*") if fcntl else ():
        if not _SCRATCH_NAME.fullmatch(scratch.name):
            continue
        # Another's, gone meanwhile, or in use: a lock ends with its process.
        with contextlib.suppress(OSError), _locked(scratch, fcntl.LOCK_EX | fcntl.LOCK_NB):
            for old in (scratch / _OLD).glob("*"):
                if not (parent / old.name).exists():
                    os.replace(old, parent / old.name)
            shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _scratch_beside(target: Path) -> Iterator[Path]:
    """A temporary folder on the same file system as `target`, gone afterwards, and locked as long as it is in use."""
    with contextlib.ExitStack() as stack:
        with _writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            recover(target.parent)
            scratch = _new_scratch(target.parent, stack)
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _new_scratch(parent: Path, stack: contextlib.ExitStack) -> Path:
    """Between its making and its lock another process may have taken it for left behind: then there is a next one."""
    while True:
        scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=parent))
        with contextlib.suppress(OSError):  # gone already; or nothing can be locked there, and so nothing is cleared
            if fcntl:
                stack.enter_context(_locked(scratch, fcntl.LOCK_EX))
        if scratch.is_dir():
            return scratch


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Turns the operating system's refusals into a sentence."""
    try:
        yield
    except OSError as error:
        raise EdgecnnError(f"cannot write {target}: {error.strerror}; choose a place that you may write to.") from error
