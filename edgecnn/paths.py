"""Where the project's own files are, in a checkout and installed, and where caches go."""

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _data_folder(packaged: str, in_checkout: str) -> Path:
    installed = _PACKAGE / packaged
    return installed if installed.is_dir() else _PACKAGE.parent / in_checkout


def firmware() -> Path:
    """The folder of all C that is not generated: runtime, app, ports."""
    return _data_folder("_firmware", "firmware")


def runtime() -> Path:
    """The folder of the C kernels."""
    return firmware() / "runtime"


def kernel_folders(folder: str) -> list[Path]:
    """Where kernels of a core's `folder` in `runtime` and their headers lie: there, or in a folder above it."""
    own = runtime() / folder
    return [own, *own.parents][: len(Path(folder).parts) + 1]


def boards() -> Path:
    """The folder of the board descriptions."""
    return _data_folder("_boards", "boards")


def cache() -> Path:
    """The user's cache folder for downloads and host builds (`$XDG_CACHE_HOME/edgecnn`, else `~/.cache/edgecnn`)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "edgecnn"
