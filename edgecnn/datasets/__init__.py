"""Data sets as plain arrays, split the same way every time."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UsageError
from ..printable import printable
from ..support.names import unknown

Array = npt.NDArray[Any]
INPUT, TARGET = "x", "y"
"""What the only input and the only target are called where the network's names are not used."""


class Split:
    """Examples: `inputs` and `targets` are arrays (N, ...) by name.

    Inputs are pixels (uint8, 0 black to 255 white) or real values (float32); targets are classes (int64 (N,), an index
    into the names) or real values (float32 (N, ...)). An array alone is that of the only input or target.
    """

    def __init__(self, inputs: Array | Mapping[str, Array], targets: Array | Mapping[str, Array]):
        self.inputs = dict(inputs) if isinstance(inputs, Mapping) else {INPUT: inputs}
        self.targets = dict(targets) if isinstance(targets, Mapping) else {TARGET: targets}

    @property
    def images(self) -> Array:
        """The only input; raises UsageError where there are several."""
        return _only(self.inputs, "inputs")

    @property
    def labels(self) -> Array:
        """The only target; raises UsageError where there is none or several."""
        return _only(self.targets, "targets")

    def __len__(self) -> int:
        return len(next(iter(self.inputs.values())))

    def __getitem__(self, part: slice | npt.NDArray[np.int64]) -> Split:
        """The examples of a slice or of an array of indices."""
        inputs, targets = ({name: array[part] for name, array in of.items()} for of in (self.inputs, self.targets))
        return Split(inputs, targets)


def _only(arrays: Mapping[str, Array], what: str) -> Array:
    if len(arrays) != 1:
        raise UsageError(
            f"the data set has {len(arrays)} {what} ({', '.join(arrays) or 'none'}), and this takes data with one."
        )
    return next(iter(arrays.values()))


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three disjoint splits: learn from `train`, choose with `validation`, and only report on `test`."""

    name: str
    train: Split
    validation: Split
    test: Split
    classes: tuple[str, ...]
    """Their names; none where the targets are values, or classes that only have numbers."""
    note: str = ""
    """What sets these images apart from the data set that everybody knows by this name."""

    @property
    def title(self) -> str:
        """The name as it stands beside a figure."""
        return printable(f"{self.name} ({self.note})" if self.note else self.name)

    @property
    def class_count(self) -> int:
        """How many classes there are; raises UsageError unless there is one target, of classes."""
        labels = [split.labels for split in (self.train, self.validation, self.test)]
        if any(array.dtype.kind != "i" for array in labels):
            raise UsageError(f"{self.title} has values for answers, and this takes classes; give them as integers.")
        return len(self.classes) or max(int(array.max(initial=-1)) + 1 for array in labels)

    def rows(self, part: str) -> Split:
        """The split "train", "validation" or "test"; raises UsageError when it has no rows."""
        split: Split = getattr(self, part)
        if not len(split):
            raise UsageError(f"{self.title} has no rows for {part}; look at its array `split`.")
        return split

    @property
    def sha256(self) -> str:
        """Provenance: SHA-256 over the test split, of each input its shape and its bytes, then of each target.

        Classes are little-endian int64; names and types count where they are not those of images and their classes.
        """
        digest = hashlib.sha256()
        for name, array in self.test.inputs.items():
            about = "" if name == INPUT and array.dtype == np.uint8 else f"{name} {array.dtype} "
            digest.update(f"{about}{array.shape}".encode() + array.tobytes())
        for name, array in self.test.targets.items():
            about = "" if (name, array.ndim) == (TARGET, 1) else f"{name} {array.shape} "
            whole = array.dtype.kind == "i"
            digest.update(about.encode() + array.astype("<i8" if whole else "<f4").tobytes())
        return digest.hexdigest()


def to_input(images: Array) -> npt.NDArray[np.float32]:
    """What every network of the project reads: pixels (uint8) as pixel / 255, in [0, 1]; real values as they are."""
    if images.dtype != np.uint8:
        return images.astype(np.float32)
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
FILE = "file:"
"""Before a path: the arrays in that .npz file; see `edgecnn.datasets.file`."""
FORMS = f"{FOLDER}PATH, {FILE}X.npz"
SHAPE = (32, 32, 3)


def _source(name: str) -> ModuleType:
    if name not in _SOURCES:
        raise UsageError(unknown("data set", name, NAMES, FORMS))
    return importlib.import_module(f".{_SOURCES[name]}", __package__)


def load(
    name: str,
    data_dir: Path | None = None,
    shape: tuple[int, ...] = SHAPE,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] | None = None,
) -> Dataset:
    """The data set `name`, from `data_dir` when its files are ours to find.

    The pictures of 'folder:PATH' have any size and are brought to `shape` (H, W, C); the others are as they are. Of
    'file:X.npz', `inputs` and `outputs` are the network's names (None: any).
    Raises UsageError for an unknown name, a missing optional package, files that are not in `data_dir`, or an .npz file
    that is no data set or not of these names, and EdgecnnError for damaged files or a failed download.
    """
    if name.startswith(FOLDER):
        from . import folder

        return folder.load(Path(name.removeprefix(FOLDER)), shape)
    if name.startswith(FILE):
        from . import file

        return file.load(Path(name.removeprefix(FILE)), inputs, outputs)
    dataset: Dataset = _source(name).load(data_dir)
    return dataset


def available(name: str, data_dir: Path | None = None) -> bool:
    """Whether `load` would succeed without a download."""
    if name.startswith(FOLDER):
        return Path(name.removeprefix(FOLDER)).is_dir()
    if name.startswith(FILE):
        return Path(name.removeprefix(FILE)).is_file()
    return bool(_source(name).available(data_dir))
