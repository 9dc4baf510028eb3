"""The rows of a data set as a network reads them."""

from __future__ import annotations

from collections.abc import Sequence

from ..door import Codes, Door
from ..errors import UsageError
from . import INPUT, Array, Split


def arrays_of(inputs: Sequence[Door], split: Split, data: str) -> dict[str, Array]:
    """The array for each of `inputs` by its name, of the rows of `data`; raises UsageError unless they fit."""
    names = [door.name for door in inputs]
    given = dict(split.inputs)
    if len(names) == 1 and given.keys() == {INPUT}:
        given = {names[0]: given[INPUT]}
    if given.keys() != set(names):
        raise UsageError(
            f"the network's inputs are {', '.join(names)}, but {data} has {', '.join(split.inputs)}; give an array for "
            "each, as file:X.npz does."
        )
    for door in inputs:
        if given[door.name].shape[1:] != door.shape:
            there, wanted = ("x".join(map(str, shape)) for shape in (given[door.name].shape[1:], door.shape))
            what = "images" if len(door.shape) == 3 else f"rows for {door.name}"
            raise UsageError(
                f"the {what} of {data} are {there}, but the network takes {wanted}; choose another --dataset."
            )
    return {name: given[name] for name in names}


def codes_of(inputs: Sequence[Door], arrays: dict[str, Array]) -> dict[str, Codes]:
    """The codes for each of `inputs` of those arrays: of pixels (uint8) as pixel / 255, or of real values (float)."""
    return {door.name: door.codes_of(arrays[door.name]) for door in inputs}
