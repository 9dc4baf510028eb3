"""Image classification data sets as plain arrays, split the same way every time."""

from __future__ import annotations

import hashlib
import importlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt

from ..errors import UsageError
from ..printable import printable


@dataclass(frozen=True, eq=False)
class Split:
    """`images`: uint8 (N, H, W, C), 0 black to 255 white; `labels`: int64 (N,), an index into the classes."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, part: slice | npt.NDArray[np.int64]) -> Split:
        """The examples of a slice or of an array of indices."""
        return Split(self.images[part], self.labels[part])


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three disjoint splits: learn from `train`, choose with `validation`, and only report on `test`."""

    name: str
    train: Split
    validation: Split
    test: Split
    classes: tuple[str, ...]
    note: str = ""
    """What sets these images apart from the data set that everybody knows by this name."""

    @property
    def title(self) -> str:
        """The name as it stands beside a figure."""
        return printable(f"{self.name} ({self.note})" if self.note else self.name)

    @property
    def sha256(self) -> str:
        """Provenance: SHA-256 over the test split, its shape, its pixels, then its labels as little-endian int64."""
        digest = hashlib.sha256(str(self.test.images.shape).encode())
        digest.update(self.test.images.tobytes())
        digest.update(self.test.labels.astype("<i8").tobytes())
        return digest.hexdigest()


def to_input(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Pixels 0..255 as the real values that every network of the project reads: pixel / 255, float32 in [0, 1]."""
    return images.astype(np.float32) / np.float32(255)


# name -> module of this package with `load(data_dir)` and `available(data_dir)`
_SOURCES = {
    "digits": "digits",
    "mnist": "mnist",
    "cifar10": "cifar10",
    "four": "four",
}
NAMES = tuple(_SOURCES)
FOLDER = "folder:"
"""Before a path: the pictures in that folder, one subfolder per class."""
SHAPE = (32, 32, 3)


def _source(name: str) -> ModuleType:
    if name not in _SOURCES:
        raise UsageError(f"no data set is called '{name}'; choose one of: {', '.join(NAMES)}, {FOLDER}PATH.")
    return importlib.import_module(f".{_SOURCES[name]}", __package__)


def load(name: str, data_dir: Path | None = None, shape: tuple[int, ...] = SHAPE) -> Dataset:
    """The data set `name`, from `data_dir` when its files are ours to find.

    The pictures of 'folder:PATH' have any size and are brought to `shape` (H, W, C); the others are as they are.
    Raises UsageError for an unknown name, a missing optional package or files that are not in `data_dir`, and
    EdgecnnError for damaged files or a failed download.
    """
    if name.startswith(FOLDER):
        from . import folder

        return folder.load(Path(name.removeprefix(FOLDER)), shape)
    dataset: Dataset = _source(name).load(data_dir)
    return dataset


def available(name: str, data_dir: Path | None = None) -> bool:
    """Whether `load` would succeed without a download."""
    if name.startswith(FOLDER):
        return Path(name.removeprefix(FOLDER)).is_dir()
    return bool(_source(name).available(data_dir))
