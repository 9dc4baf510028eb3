"""Writing files and folders so that an interruption leaves either the old or the new, never half of one."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .errors import EdgecnnError


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


def replace_folder(folder: Path, files: Mapping[str, bytes], *, marker: str) -> None:
    """Make `folder` hold exactly `files` (paths within it -> contents), in one step.

    A folder that already has something in it is replaced only if it holds `marker`, the sign that we made it, and
    nothing but what we made. Raises EdgecnnError otherwise, or when the place cannot be written to; the old folder then
    stays as it was.
    """
    folder = folder.resolve()  # a link stays one
    with _writing(folder):
        ours = (folder / marker).is_file()
        strangers = sorted(_files(folder) - _listed(folder / marker) - files.keys()) if ours else []
        if strangers:
            raise EdgecnnError(
                f"{folder} holds {strangers[0]}, which edgecnn did not make; move it, or choose another folder."
            )
        if folder.is_file() or (folder.is_dir() and not ours and any(folder.iterdir())):
            raise EdgecnnError(
                f"{folder} is not empty and was not made by edgecnn; choose another folder, or empty it."
            )
    with _scratch_beside(folder) as scratch, _writing(folder):
        new, old = scratch / "new", scratch / "old"
        for path, data in files.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).write_bytes(data)
        new.chmod(0o755)
        if folder.is_dir():
            os.replace(folder, old)
        try:
            os.replace(new, folder)
        except OSError:
            if old.is_dir():
                os.replace(old, folder)
            raise


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def _listed(marker: Path) -> set[str]:
    """The files that a marker names as made with it."""
    try:
        return set(json.loads(marker.read_bytes())["files"])
    except (ValueError, TypeError, KeyError):
        return set()


@contextmanager
def _scratch_beside(target: Path) -> Iterator[Path]:
    """A temporary folder on the same file system as `target`, gone afterwards."""
    with _writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".edgecnn-", dir=target.parent))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Turns the operating system's refusals into a sentence."""
    try:
        yield
    except OSError as error:
        raise EdgecnnError(f"cannot write {target}: {error.strerror}; choose a place that you may write to.") from error
