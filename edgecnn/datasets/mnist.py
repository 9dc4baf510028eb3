"""MNIST from its four IDX files: a folder of yours, the cache, or a download into the cache."""

import hashlib
import lzma
import os
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import EdgecnnError, UsageError
from ..support import paths
from ..support.files import write_atomically
from . import Dataset, Split
from .download import fetch
from .packed import read, unpacked


class Known(NamedTuple):
    """An unpacked file: its size in bytes, and its MD5."""

    size: int
    md5: str

    @property
    def most(self) -> int:
        """No file with it, packed or not, has more bytes."""
        return self.size + self.size // 100 + 1024


FILES = {
    "train-images-idx3-ubyte": Known(47_040_016, "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte": Known(60_008, "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte": Known(7_840_016, "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte": Known(10_008, "27ae3e4e09519cfbb04c329615203637"),
}
MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
VALIDATION = 5000  # taken from the end of the training files
_BORDER = 2  # 28x28 becomes 32x32, as LeNet reads it


def _cache() -> Path:
    return paths.cache() / "datasets" / "mnist"


def _paths(folder: Path) -> dict[str, Path]:
    """Those of the four files that are in `folder`, packed or not."""
    return {
        name: path
        for name in FILES
        for path in (folder / f"{name}.gz", folder / name)  # the unpacked file wins
        if path.is_file()
    }


def _find(folder: Path) -> dict[str, Path] | None:
    """The four files in `folder` or in its `mnist/`; None unless all four are there."""
    return next((found for place in (folder, folder / "mnist") if len(found := _paths(place)) == len(FILES)), None)


def _in_named_folder(data_dir: Path | None) -> dict[str, Path] | None:
    """The four files where the user says that they are."""
    folder = data_dir or os.environ.get("EDGECNN_DATA_DIR")
    return _find(Path(folder)) if folder else None


def _unpack(name: str, data: bytes, origin: object) -> bytes:
    """The unpacked and checked content of the file `name`, which came from `origin`."""
    try:
        content = unpacked(data, FILES[name].size)
    except (ValueError, EOFError, zlib.error, lzma.LZMAError):
        content = b""
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != FILES[name].md5:
        raise EdgecnnError(f"{origin} is not MNIST's {name} (its MD5 is wrong); delete it and get the file again.")
    return content


def _read(name: str, path: Path) -> bytes:
    try:
        return _unpack(name, read(path, FILES[name].most), path)
    except ValueError as error:
        raise EdgecnnError(f"{path} is not MNIST's {name} ({error}); delete it and get the file again.") from error
    except OSError as error:
        raise EdgecnnError(f"cannot read {path}: {error.strerror}; check its permissions.") from error


def _cached(folder: Path) -> dict[str, bytes]:
    """The contents of the four files; what `folder` lacks is downloaded into it, and what is damaged there, too."""
    there = _find(folder) or _paths(folder)
    contents = {}
    for name in FILES:
        if name in there:
            try:
                contents[name] = _read(name, there[name])
                continue
            except EdgecnnError:
                paths.set_aside(there[name])
        contents[name] = _download(name, folder)
    return contents


def _download(name: str, folder: Path) -> bytes:
    """Fetch one file into `folder`, from the first mirror that has it intact, and unpack it."""
    for mirror in MIRRORS:
        try:
            data = fetch(f"{mirror}{name}.gz", FILES[name].most)
            content = _unpack(name, data, mirror)
        except (OSError, EdgecnnError):
            continue
        write_atomically(folder / f"{name}.gz", data)
        return content
    raise EdgecnnError(
        f"MNIST could not be downloaded ({name}.gz from {' or '.join(MIRRORS)}); put {_wanted()} into {folder}, or "
        "name their folder with --data-dir or EDGECNN_DATA_DIR."
    )


def _wanted() -> str:
    *first, last = FILES
    return f"{', '.join(first)} and {last} (packed as .gz or not)"


def _parse(content: bytes) -> npt.NDArray[np.uint8]:
    """The array of an IDX file of bytes; its MD5 has been checked, so that the header can be trusted."""
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def _split(contents: dict[str, bytes], prefix: str) -> Split:
    images, labels = (_parse(contents[f"{prefix}-{kind}"]) for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"))
    border = (_BORDER, _BORDER)
    return Split(np.pad(images, ((0, 0), border, border))[..., None], labels.astype(np.int64))


def available(data_dir: Path | None) -> bool:
    """Whether the four files are on this machine."""
    return bool(_in_named_folder(data_dir) or (data_dir is None and _find(_cache())))


def load(data_dir: Path | None) -> Dataset:
    """MNIST, zero-padded to 32x32x1: 55,000 training, 5,000 validation and 10,000 test images.

    `data_dir` is the only place searched when given; else $EDGECNN_DATA_DIR, the cache, and a download into it.
    Raises UsageError when `data_dir` lacks the files, EdgecnnError for damaged files and failed downloads.
    """
    files = _in_named_folder(data_dir)
    if files is None and data_dir is not None:
        raise UsageError(f"{data_dir} does not hold MNIST; put {_wanted()} there, or into its mnist folder.")
    contents = {name: _read(name, path) for name, path in files.items()} if files else _cached(_cache())
    training = _split(contents, "train")
    return Dataset(
        name="mnist",
        train=training[:-VALIDATION],
        validation=training[-VALIDATION:],
        test=_split(contents, "t10k"),
        classes=tuple("0123456789"),
    )
