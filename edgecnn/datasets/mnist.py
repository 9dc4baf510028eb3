"""MNIST from its four IDX files: a folder of yours, the cache, or a download into the cache."""

import gzip
import hashlib
import os
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .. import paths
from ..errors import EdgecnnError, UsageError
from ..files import write_atomically
from . import Dataset, Split
from .download import fetch

# MD5 of the unpacked files.
FILES = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
VALIDATION = 5000  # taken from the end of the training files
_BORDER = 2  # 28x28 becomes 32x32, as LeNet reads it


def _cache() -> Path:
    return paths.cache() / "datasets" / "mnist"


def _find(folder: Path) -> dict[str, Path] | None:
    """The four files in `folder` or in its `mnist/`, packed or not; None unless all four are there."""
    for place in (folder, folder / "mnist"):
        found = {
            name: path
            for name in FILES
            for path in (place / f"{name}.gz", place / name)  # the unpacked file wins
            if path.is_file()
        }
        if len(found) == len(FILES):
            return found
    return None


def _find_anywhere(data_dir: Path | None) -> dict[str, Path] | None:
    if data_dir is not None:
        return _find(data_dir)
    named = os.environ.get("EDGECNN_DATA_DIR")
    return (_find(Path(named)) if named else None) or _find(_cache())


def _unpack(name: str, data: bytes, origin: object) -> bytes:
    """The unpacked and checked content of the file `name`, which came from `origin`."""
    try:
        content = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error):
        content = b""
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != FILES[name]:
        raise EdgecnnError(f"{origin} is not MNIST's {name} (its MD5 is wrong); delete it and get the file again.")
    return content


def _read(name: str, path: Path) -> bytes:
    try:
        return _unpack(name, path.read_bytes(), path)
    except OSError as error:
        raise EdgecnnError(f"cannot read {path}: {error.strerror}; check its permissions.") from error


def _download(folder: Path) -> dict[str, Path]:
    """Fetch what `folder` lacks, each file from the first mirror that has it intact."""
    found = {}
    for name in FILES:
        path = found[name] = folder / f"{name}.gz"
        if path.is_file():
            continue
        for mirror in MIRRORS:
            try:
                data = fetch(f"{mirror}{path.name}")
                _unpack(name, data, mirror)
            except (OSError, EdgecnnError):
                continue
            write_atomically(path, data)
            break
        else:
            raise EdgecnnError(
                f"MNIST could not be downloaded ({path.name} from {' or '.join(MIRRORS)}); put {_wanted()} into "
                f"{folder}, or name their folder with --data-dir or EDGECNN_DATA_DIR."
            )
    return found


def _wanted() -> str:
    *first, last = FILES
    return f"{', '.join(first)} and {last} (packed as .gz or not)"


def _parse(content: bytes) -> npt.NDArray[np.uint8]:
    """The array of an IDX file of bytes; its MD5 has been checked, so that the header can be trusted."""
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def _split(files: dict[str, Path], prefix: str) -> Split:
    images = _parse(_read(name := f"{prefix}-images-idx3-ubyte", files[name]))
    labels = _parse(_read(name := f"{prefix}-labels-idx1-ubyte", files[name]))
    border = (_BORDER, _BORDER)
    return Split(np.pad(images, ((0, 0), border, border))[..., None], labels.astype(np.int64))


def available(data_dir: Path | None) -> bool:
    """Whether the four files are on this machine."""
    return _find_anywhere(data_dir) is not None


def load(data_dir: Path | None) -> Dataset:
    """MNIST, zero-padded to 32x32x1: 55,000 training, 5,000 validation and 10,000 test images.

    `data_dir` is the only place searched when given; else $EDGECNN_DATA_DIR, the cache, and a download into it.
    Raises UsageError when `data_dir` lacks the files, EdgecnnError for damaged files and failed downloads.
    """
    files = _find_anywhere(data_dir)
    if files is None and data_dir is not None:
        raise UsageError(f"{data_dir} does not hold MNIST; put {_wanted()} there, or into its mnist folder.")
    files = files or _download(_cache())
    training = _split(files, "train")
    return Dataset(
        name="mnist",
        train=training[:-VALIDATION],
        validation=training[-VALIDATION:],
        test=_split(files, "t10k"),
        classes=tuple("0123456789"),
    )
