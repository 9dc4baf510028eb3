"""On what is compared: rows of a data set, and random bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import datasets, zoo
from ..datasets import Array, Dataset, Split
from ..datasets.examples import arrays_of, codes_of
from ..door import Codes, Door
from ..graph import Graph
from ..interpreter import CHUNK

RANDOM_SEED = 0
AS_TRAINED = "as trained"
"""The data set that the .keras file or, of a network that comes with edgecnn, its record names, where its files are
here; else digits if it suits the network, or none."""
_ANYWHERE = "digits"  # comes with scikit-learn


def suitable(graph: Graph, keras: Path, folder: Path | None) -> tuple[str | None, list[str]]:
    """A data set that can be had without a download, and what to say if it is not the one of the training."""
    from ..training import provenance

    trained_on = provenance(keras).get("dataset") or zoo.dataset_of(graph.sha256)
    if trained_on and datasets.available(trained_on, folder):
        return trained_on, []
    suits = (
        datasets.available(_ANYWHERE)
        and len(graph.inputs) == 1
        and datasets.load(_ANYWHERE).test.images.shape[1:] == graph.input.shape[1:]
    )
    why = f"{trained_on}, which it was trained on, is not here" if trained_on else "no --dataset is named"
    return _ANYWHERE if suits else None, [f"{why}: compared on {_ANYWHERE if suits else 'random bytes alone'}."]


@dataclass(frozen=True, eq=False)
class Data:
    """Input codes, by the names of the inputs: `real` rows of a data set, whose own arrays are `arrays`, then random
    bytes. `whole`: they follow each other, since the network has state."""

    codes: dict[str, Codes]
    arrays: dict[str, Array]
    real: int
    split: Split | None
    classes: tuple[str, ...]
    facts: dict[str, Any]
    whole: bool = False

    @classmethod
    def load(cls, graph: Graph, name: str | None, folder: Path | None, limit: int, random: int) -> Data:
        noise, whole = random_codes(graph.inputs, random), bool(graph.states)
        facts: dict[str, Any] = {"n": 0, "random": random, "random_seed": RANDOM_SEED, "dataset": name}
        if name is None:
            return cls(noise, {}, 0, None, (), facts, whole)
        dataset = load_for(graph, name, folder)
        split = dataset.rows("test")[:limit]
        arrays = arrays_of(graph.inputs, split, dataset.title)
        both = {door: np.concatenate([codes, noise[door]]) for door, codes in codes_of(graph.inputs, arrays).items()}
        facts |= {"n": len(split), "split": "test", "sha256": dataset.sha256, "dataset": dataset.title}
        return cls(both, arrays, len(split), split, dataset.classes, facts, whole)

    def __len__(self) -> int:
        return len(next(iter(self.codes.values())))

    def part(self, rows: slice) -> dict[str, Codes]:
        """Some of `codes`."""
        return {name: codes[rows] for name, codes in self.codes.items()}

    def parts(self) -> Iterator[tuple[slice, str]]:
        """Slices of `codes`, none with both kinds of data, each with its name."""
        kinds = (
            (0, self.real, f"test images of {self.facts['dataset']}"),
            (self.real, len(self), "random bytes"),
        )
        for first, end, label in kinds:
            for start in range(first, end, max(end - first, 1) if self.whole else CHUNK):
                yield slice(start, end if self.whole else min(start + CHUNK, end)), label

    def reals(self, part: slice) -> NDArray[np.float32]:
        """What the only input reads in some of the real rows."""
        (array,) = self.arrays.values()
        return datasets.to_input(array[part])


def load_for(graph: Graph, name: str, folder: Path | None) -> Dataset:
    """The data set `name`, in the shape and with the names that the network has."""
    inputs, outputs = ([door.name for door in doors] for doors in (graph.inputs, graph.outputs))
    return datasets.load(name, folder, graph.inputs[0].shape, inputs, outputs)


def random_codes(inputs: Iterable[Door], count: int) -> dict[str, Codes]:
    """Full-range codes (count, *shape) for each input, by its name."""
    rng = np.random.default_rng(RANDOM_SEED)
    codes = {}
    for door in inputs:
        kind: Any = np.dtype(door.tensor.dtype)
        limits = np.iinfo(kind)
        codes[door.name] = rng.integers(limits.min, limits.max + 1, (count, *door.shape), kind)
    return codes
