"""The four classes of the article's Fig. 3, from CIFAR-10: dog, cat, boat, bird."""

from pathlib import Path

import numpy as np

from . import Dataset, Split, cifar10

CLASSES = {"dog": "dog", "cat": "cat", "boat": "ship", "bird": "bird"}  # the article's name -> CIFAR-10's


def available(data_dir: Path | None) -> bool:
    """Whether CIFAR-10 is on this machine."""
    return cifar10.available(data_dir)


def load(data_dir: Path | None) -> Dataset:
    """The images of CIFAR-10 that show one of the four, in its splits; raises what `cifar10.load` raises."""
    whole = cifar10.load(data_dir)
    wanted = np.array([whole.classes.index(name) for name in CLASSES.values()])

    def of(split: Split) -> Split:
        shown = np.isin(split.labels, wanted)
        return Split(split.images[shown], (split.labels[shown, None] == wanted).argmax(axis=1).astype(np.int64))

    return Dataset(
        name="four",
        train=of(whole.train),
        validation=of(whole.validation),
        test=of(whole.test),
        classes=tuple(CLASSES),
        note=whole.note,
    )
