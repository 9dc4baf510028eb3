"""An .npz file of your own arrays as a data set: of any shape, for any number of inputs and outputs.

An array (N, ...) for each input by its name, or `x` for the only one: uint8 is pixels, float is what the network reads.
For each output that there are answers for, an array by its name, or `y` for the only one: integers (N,) are classes,
else values (N, ...). `classes`: their names. `split`: where each row belongs, as 'train', 'val' or 'test', in which
case rows keep their order; without it, 15 % of the rows are for testing, 10 % for validation and the rest for training,
drawn with a fixed seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import UsageError
from ..printable import printable
from ..support.npy import read_npz
from ..support.rows import finite_rows
from . import FILE, INPUT, TARGET, Array, Dataset, Split

MOST_CLASSES = 100_000
_SHARES = {"test": 0.15, "validation": 0.1}  # of all rows, and at least one; the rest is for training
_NAMED = {"train": "train", "val": "validation", "validation": "validation", "test": "test"}
_CLASSES, _SPLIT = "classes", "split"


def load(path: Path, inputs: Sequence[str] = (), outputs: Sequence[str] | None = None) -> Dataset:
    """The data set in the file `path`, for a network with these names of inputs and outputs (None: whatever they are).

    Raises UsageError for what is no such file.
    """
    arrays = read_npz(path)
    names, places = arrays.pop(_CLASSES, None), arrays.pop(_SPLIT, None)
    given = _inputs(path, arrays, inputs)
    targets = _targets(path, arrays, given, outputs)
    sizes = {name: len(array) if array.ndim else 0 for name, array in {**given, **targets}.items()}
    rows = next(iter(sizes.values()))
    if set(sizes.values()) != {rows} or not rows:
        listed = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
        raise UsageError(f"the arrays of {path} have different numbers of rows, or none ({listed}); give each as many.")
    split = Split(
        {name: _input(path, name, array) for name, array in given.items()},
        {name: _target(path, name, array) for name, array in targets.items()},
    )
    parts = _given(path, places, rows) if places is not None else _drawn(path, rows)
    return Dataset(
        name=f"{FILE}{path}",
        train=split[parts["train"]],
        validation=split[parts["validation"]],
        test=split[parts["test"]],
        classes=_classes(path, names, split),
    )


def _inputs(path: Path, arrays: dict[str, Array], names: Sequence[str]) -> dict[str, Array]:
    """Those of the network, in its order; they are taken out of `arrays`."""
    if INPUT in arrays and len(names) <= 1:
        return {INPUT: arrays.pop(INPUT)}
    wanted = names or (INPUT,)
    if missing := [name for name in wanted if name not in arrays]:
        there = ", ".join(arrays) or "nothing"
        only = f", or {INPUT}" if len(names) == 1 and names[0] != INPUT else ""
        raise UsageError(f"{path} lacks the input {missing[0]}{only}; it has {there}.")
    return {name: arrays.pop(name) for name in wanted}


def _targets(
    path: Path, arrays: dict[str, Array], inputs: dict[str, Array], names: Sequence[str] | None
) -> dict[str, Array]:
    known = {TARGET, *(arrays if names is None else names)} - inputs.keys()
    if more := [name for name in arrays if name not in known]:
        outputs = ", ".join(names or ()) or TARGET
        raise UsageError(
            f"{path} has an array {more[0]}, which is neither an input nor an output of the network; its outputs are "
            f"{outputs}, and {TARGET} is the answer of the only one."
        )
    return arrays


def _input(path: Path, name: str, array: Array) -> Array:
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind != "f":
        raise UsageError(
            f"{path} has the input {name} as {array.dtype}; give pixels as uint8, or floats as the network reads them."
        )
    return _finite(path, name, array)


def _target(path: Path, name: str, array: Array) -> Array:
    if array.dtype.kind not in "biuf":
        raise UsageError(f"{path} has {name} as {array.dtype}; give classes as integers, or values as floats.")
    if array.dtype.kind == "f" or array.ndim > 1:
        return _finite(path, name, array)
    if array.min() < 0 or array.max() >= MOST_CLASSES:
        raise UsageError(
            f"{path} has the classes {array.min()} to {array.max()} in {name}; number them from 0, and have no more "
            f"than {MOST_CLASSES:,}."
        )
    return array.astype(np.int64)


def _finite(path: Path, name: str, array: Array) -> Array:
    values, rows = finite_rows(array)
    if not rows.all():
        raise UsageError(
            f"row {int(rows.argmin())} of {name} in {path} holds a value that is no finite float32; leave out such "
            f"rows ({np.count_nonzero(~rows):,})."
        )
    return values


def _classes(path: Path, names: Array | None, split: Split) -> tuple[str, ...]:
    """Their names, if there are any."""
    whole = [array for array in split.targets.values() if array.dtype == np.int64]
    most = max((int(array.max()) + 1 for array in whole), default=0)
    if names is None:
        return ()
    if names.dtype.kind != "U" or names.ndim != 1:
        raise UsageError(f"{path} has classes as {names.dtype} {names.shape}; give a list of names.")
    if len(whole) == 1 and most > len(names):
        raise UsageError(f"{path} has names for {len(names)} classes, but the class {most - 1} is among its rows.")
    return tuple(printable(str(name)) for name in names)


def _given(path: Path, places: Array, rows: int) -> dict[str, Array]:
    """The rows of each split, in the file's order."""
    unknown = sorted(set(places.ravel().tolist()) - _NAMED.keys(), key=str) if places.dtype.kind == "U" else [places]
    if places.shape != (rows,) or unknown:
        raise UsageError(
            f"the array {_SPLIT} of {path} is no list of {rows:,} words 'train', 'val' or 'test', one for each row."
        )
    belongs = np.array([_NAMED[place] for place in places.tolist()])
    return {part: np.flatnonzero(belongs == part) for part in ("train", "validation", "test")}


def _drawn(path: Path, rows: int) -> dict[str, Array]:
    if rows <= len(_SHARES):
        raise UsageError(f"{path} has {rows} rows; give {len(_SHARES) + 1} at least, or say by {_SPLIT} what they are.")
    order = np.random.RandomState(0).permutation(rows)
    parts, start = {}, 0
    for part, share in _SHARES.items():
        end = start + max(1, int(share * rows))
        parts[part], start = order[start:end], end
    return {**parts, "train": order[start:]}
