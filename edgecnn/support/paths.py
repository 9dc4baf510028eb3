"""Where the project's own files are, in a checkout and installed, and where caches go."""

import atexit
import functools
import os
import secrets
import shutil
import tempfile
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def firmware() -> Path:
    """The folder of all C that is not generated: runtime, app, ports."""
    return (_PACKAGE / "_firmware").resolve()  # in a checkout, a link


def runtime() -> Path:
    """The folder of the C kernels."""
    return firmware() / "runtime"


def kernel_folders(folder: str) -> list[Path]:
    """Where kernels of a core's `folder` in `runtime` and their headers lie: there, or in a folder above it."""
    own = runtime() / folder
    return [own, *own.parents][: len(Path(folder).parts) + 1]


def boards() -> Path:
    """The folder of the board descriptions."""
    return (_PACKAGE / "_boards").resolve()


def cache() -> Path:
    """The folder for downloads and host builds: the user's, else a temporary one that goes when this process ends."""
    return users_cache() or _temporary()


def users_cache() -> Path | None:
    """`$XDG_CACHE_HOME/edgecnn`, else `~/.cache/edgecnn`; None where that cannot be written."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:  # a container's user may have no home at all
        return None
    folder = Path(base) / "edgecnn"
    return folder if _writable(folder) else None


@functools.cache
def _writable(folder: Path) -> bool:
    """Tried, for root is told that it may write anywhere."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@functools.cache
def _temporary() -> Path:
    """Under no name that others could foresee: code that is compiled into it is loaded from there."""
    folder = tempfile.mkdtemp(prefix="edgecnn-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def set_aside(path: Path) -> Path:
    """Give a damaged file of the cache another name: it is in nobody's way, and can be looked at there."""
    return path.replace(path.with_name(f"{path.name}.damaged-{secrets.token_hex(4)}"))
