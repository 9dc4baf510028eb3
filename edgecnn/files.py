"""Writing files and folders so that an interruption leaves either the old or the new, never half of one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import EdgecnnError


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside `target` (same suffix) that becomes `target` when the block ends without error.

    Raises EdgecnnError when the place cannot be written to.
    """
    target = Path(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".edgecnn-", dir=target.parent))
    except OSError as error:
        raise EdgecnnError(f"cannot write {target}: {error.strerror}; choose a place that you may write to.") from error
    try:
        temporary = scratch / target.name
        yield temporary
        try:
            os.replace(temporary, target)
        except OSError as error:
            raise EdgecnnError(f"cannot write {target}: {error.strerror}; choose another name.") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_atomically(target: Path, data: bytes) -> None:
    """Write `data` to `target` in one step; raises EdgecnnError when that is not possible."""
    with atomic_path(target) as temporary:
        temporary.write_bytes(data)
