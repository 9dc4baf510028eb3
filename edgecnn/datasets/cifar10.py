"""CIFAR-10 from its official archives or from a copy as JPEG files: a folder of yours, the cache, or a download."""

import hashlib
import io
import os
import pickle
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EdgecnnError, UsageError
from ..pictures.images import opened
from ..support import paths
from ..support.files import write_atomically
from ..support.progress import bar
from . import Dataset, Split
from .download import fetch
from .packed import read, unpacked

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SIZE = 32
COUNTS = (50_000, 10_000)  # of training and test images
VALIDATION = 5000  # of the training images
_MOST = 1 << 28  # bytes of any form of it, packed or not
MIRRORS = ("https://www.cs.toronto.edu/~kriz/",)

Files = dict[str, bytes]  # path within the archive -> content


def _named(files: Files) -> Files:
    return {PurePosixPath(path).name: content for path, content in files.items()}


def _planes(rows: NDArray[Any], labels: NDArray[Any]) -> Split:
    """Images that are stored as three planes of colour, (N, 3072)."""
    if rows.dtype != np.uint8 or labels.dtype.kind not in "iu":
        raise ValueError(f"its pixels are {rows.dtype} and its labels {labels.dtype}")
    images = rows.reshape(-1, 3, SIZE, SIZE).transpose(0, 2, 3, 1)
    return Split(np.ascontiguousarray(images), labels.astype(np.int64))


def _binary(files: Files) -> tuple[Split, Split]:
    """Records of one byte of label and 3,072 of pixels."""

    def split(*names: str) -> Split:
        records = np.frombuffer(b"".join(_named(files)[f"{name}.bin"] for name in names), np.uint8)
        records = records.reshape(-1, 1 + 3 * SIZE * SIZE)
        return _planes(records[:, 1:], records[:, 0])

    return split(*_BATCHES), split("test_batch")


class _Arrays(pickle._Unpickler):
    """Unpickles NumPy arrays, and refuses whatever else a pickle could do.

    The one that is written in Python: that in C makes room for as many objects as a file says that it has.
    """

    _ALLOWED = {"_reconstruct": np.zeros(0).__reduce__()[0], "ndarray": np.ndarray, "dtype": np.dtype}  # noqa: RUF012

    def find_class(self, module: str, name: str) -> Any:
        if not module.startswith("numpy") or name not in self._ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return self._ALLOWED[name]


def _python(files: Files) -> tuple[Split, Split]:
    """Pickles of Python 2, each with the arrays of a batch."""

    def split(*names: str) -> Split:
        batches = [_Arrays(io.BytesIO(_named(files)[name]), encoding="bytes").load() for name in names]
        return _planes(
            np.concatenate([batch[b"data"] for batch in batches]),
            np.concatenate([batch[b"labels"] for batch in batches]),
        )

    return split(*_BATCHES), split("test_batch")


def _jpeg(files: Files) -> tuple[Split, Split]:
    """train/CLASS/NAME.jpg and test/CLASS/NAME.jpg."""
    images: dict[str, list[Any]] = {"train": [], "test": []}
    labels: dict[str, list[int]] = {"train": [], "test": []}
    with bar("Reading CIFAR-10's pictures", len(files)) as progress:
        for path in sorted(files):
            part, name, _ = PurePosixPath(path).parts[-3:]
            with opened(io.BytesIO(files[path])) as picture:
                if picture.size != (SIZE, SIZE):
                    raise ValueError(f"{path} has another size than {SIZE}x{SIZE}")
                images[part].append(np.asarray(picture.convert("RGB")))
            labels[part].append(CLASSES.index(name))
            progress.advance()
    train, test = (Split(np.stack(images[part]), np.array(labels[part], np.int64)) for part in images)
    return train, test


_BATCHES = tuple(f"data_batch_{index}" for index in range(1, 6))


@dataclass(frozen=True)
class Form:
    """One form in which CIFAR-10 is passed on: its archive, the folders that it unpacks to, and how it is read."""

    archive: str
    md5: str | None
    folders: tuple[str, ...]
    read: Callable[[Files], tuple[Split, Split]]
    note: str = ""


FORMS = (
    Form("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", ("cifar-10-batches-bin",), _binary),
    Form("cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a", ("cifar-10-batches-py",), _python),
    Form("cifar10-jpeg.tar.xz", None, ("train", "test"), _jpeg, note="JPEG copy"),
)


def _find(folder: Path) -> tuple[Form, Path] | None:
    """The first form that `folder` or its `cifar10/` holds, and its archive or the folder with its folders."""
    for place in (folder, folder / "cifar10"):
        for form in FORMS:
            if (place / form.archive).is_file():
                return form, place / form.archive
            if all((place / name).is_dir() for name in form.folders):
                return form, place
    return None


def _in_named_folder(data_dir: Path | None) -> tuple[Form, Path] | None:
    """What `_find` finds where the user says that CIFAR-10 is."""
    folder = data_dir or os.environ.get("EDGECNN_DATA_DIR")
    return _find(Path(folder)) if folder else None


def _cache() -> Path:
    return paths.cache() / "datasets" / "cifar10"


def _download(folder: Path) -> tuple[Form, Path]:
    form = FORMS[0]
    path = folder / form.archive
    for mirror in MIRRORS:
        try:
            data = fetch(f"{mirror}{form.archive}", _MOST)
        except OSError:
            continue
        if _intact(form, data):
            write_atomically(path, data)
            return form, path
    raise EdgecnnError(
        f"CIFAR-10 could not be downloaded ({form.archive} from {' or '.join(MIRRORS)}); put {_wanted()} into "
        f"{folder}, or name their folder with --data-dir or EDGECNN_DATA_DIR."
    )


def _wanted() -> str:
    return f"{', '.join(form.archive for form in FORMS[:-1])} or {FORMS[-1].archive} (packed or not)"


def _intact(form: Form, data: bytes) -> bool:
    return form.md5 is None or hashlib.md5(data, usedforsecurity=False).hexdigest() == form.md5


def _files(form: Form, path: Path) -> Files:
    """The regular files of an archive, or of the folders that it unpacks to."""
    if path.is_dir():
        return {str(file.relative_to(path)): read(file, _MOST) for file in _within(form, path)}
    data = read(path, _MOST)
    if not _intact(form, data):
        raise ValueError("its MD5 is wrong")
    with tarfile.open(fileobj=io.BytesIO(unpacked(data, _MOST)), mode="r:") as archive:
        return {member.name: _content(archive, member) for member in archive if member.isfile()}


def _within(form: Form, path: Path) -> Iterator[Path]:
    return (file for name in form.folders for file in (path / name).rglob("*") if file.is_file())


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


def available(data_dir: Path | None) -> bool:
    """Whether CIFAR-10 is on this machine, in any form."""
    return bool(_in_named_folder(data_dir) or (data_dir is None and _find(_cache())))


def load(data_dir: Path | None) -> Dataset:
    """CIFAR-10, 32x32x3: 45,000 training, 5,000 validation and 10,000 test images, each split in a fixed random order.

    `data_dir` is the only place searched when given; else $EDGECNN_DATA_DIR, the cache, and a download into it.
    Raises UsageError when `data_dir` lacks the files, EdgecnnError for damaged files and failed downloads.
    """
    found = _in_named_folder(data_dir)
    if found is None and data_dir is not None:
        raise UsageError(f"{data_dir} does not hold CIFAR-10; put {_wanted()} there, or into its cifar10 folder.")
    return _read(*found) if found else _cached(_cache())


def _cached(folder: Path) -> Dataset:
    """What is in the cache; if that is nothing, or a damaged archive, it is downloaded."""
    found = _find(folder)
    try:
        if found:
            return _read(*found)
    except EdgecnnError:
        if found is None or found[1].is_dir():
            raise
        paths.set_aside(found[1])
    return _read(*_download(folder))


def _read(form: Form, path: Path) -> Dataset:
    """The data set at `path`; raises EdgecnnError when it is damaged."""
    try:
        training, test = map(_checked, form.read(_files(form, path)), COUNTS)
    except UsageError:
        raise
    except Exception as error:  # archives, pickles and pictures fail in ways of their own
        said = str(error) or type(error).__name__
        raise EdgecnnError(f"{path} is not CIFAR-10 as in {form.archive} ({said}); get it again.") from error
    return Dataset(
        name="cifar10",
        train=training[:-VALIDATION],
        validation=training[-VALIDATION:],
        test=test,
        classes=CLASSES,
        note=form.note,
    )


def _checked(split: Split, count: int) -> Split:
    """The split in an order without runs of one class, so that any part of it is fair; raises ValueError."""
    if split.labels.shape != (count,) or len(split.images) != count:
        raise ValueError(f"of {count:,} pictures it has {len(split.images):,}, and {split.labels.size:,} labels")
    if split.labels.min() < 0 or split.labels.max() >= len(CLASSES):
        raise ValueError(f"it has labels from {split.labels.min()} to {split.labels.max()}")
    return split[np.random.RandomState(0).permutation(count)]
