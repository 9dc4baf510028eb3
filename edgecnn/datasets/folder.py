"""A folder of pictures as a data set: a subfolder per class, pictures of any size."""

from pathlib import Path

import numpy as np

from ..errors import UsageError
from ..pictures import images
from ..printable import printable
from ..support.progress import bar
from . import Dataset, Split

_SHARES = {"test": 0.15, "validation": 0.1}  # of each class, and at least one picture; the rest is for training


def load(path: Path, shape: tuple[int, ...]) -> Dataset:
    """The pictures below `path`, cropped to the middle and scaled to `shape` (H, W, C); hidden files are left out.

    Which split a picture is in depends on the sorted names alone. Raises UsageError without pillow, for a folder that
    is no such data set, and for a broken picture, naming it.
    """
    if not path.is_dir():
        raise UsageError(f"there is no folder {path}; name one that has a subfolder of pictures for each class.")
    classes = [folder for folder in _visible(path) if folder.is_dir()]
    if len(classes) < 2:
        raise UsageError(f"{path} has {len(classes)} subfolders; make one for each class, two at least.")
    parts: dict[str, list[tuple[Path, int]]] = {"train": [], **{part: [] for part in _SHARES}}
    for label, folder in enumerate(classes):
        for part, files in _split(folder).items():
            parts[part] += [(file, label) for file in files]
    with bar(f"Reading {path}", sum(map(len, parts.values()))) as progress:

        def read(part: str) -> Split:
            order = np.random.RandomState(0).permutation(len(parts[part]))  # no runs of one class
            examples = [parts[part][index] for index in order]
            pixels = np.empty((len(examples), *shape), np.uint8)
            for row, (file, _) in zip(pixels, examples, strict=True):
                row[:] = images.fitted(file, shape)
                progress.advance()
            return Split(pixels, np.array([label for _, label in examples], np.int64))

        return Dataset(
            name=f"folder:{path}",
            train=read("train"),
            validation=read("validation"),
            test=read("test"),
            classes=tuple(printable(folder.name) for folder in classes),
        )


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _split(folder: Path) -> dict[str, list[Path]]:
    """The pictures of one class, by split."""
    files = [path for path in _visible(folder) if path.is_file()]
    if len(files) <= len(_SHARES):
        raise UsageError(f"{folder} holds {len(files)} pictures; put at least {len(_SHARES) + 1} there.")
    shuffled = [files[index] for index in np.random.RandomState(0).permutation(len(files))]
    parts, start = {}, 0
    for part, share in _SHARES.items():
        end = start + max(1, int(share * len(files)))
        parts[part], start = shuffled[start:end], end
    return {**parts, "train": shuffled[start:]}
