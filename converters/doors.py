"""The inputs and outputs of a file: their names, and what lies between them and the network's own tensors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from edgecnn.errors import InvalidModelError, UnsupportedError

from .tflite_file import RawGraph, RawModel, RawOperator, RawTensor

MOST_AXES = 6  # of what enters or leaves: as many as any kernel walks
T = TypeVar("T")


@dataclass(frozen=True)
class Border:
    """`tensor` is the network's, `file` the file's own; `operator` between them is left out: `note` says so."""

    name: str
    file: RawTensor
    tensor: int
    operator: RawOperator | None = None
    note: str = ""


def entries(model: RawModel, raw: Callable[[int], RawTensor], where: str) -> list[Border]:
    """The inputs: after a QUANTIZE that alone reads a float32 input, else the file's own.

    `raw` gives a tensor by its index, or an error. Raises UnsupportedError and InvalidModelError for what cannot be an
    input.
    """
    graph = model.graphs[0]
    found = [_entry(graph, raw(index), _name(model, raw(index))) for index in graph.inputs]
    if not found:
        raise UnsupportedError(f"{where} has no input; a network computes something from at least one.")
    for border in found:
        if border.file.data is not None:
            raise InvalidModelError(f"{where} has the constant '{border.name}' for an input; make the file again.")
    _check(found, "input", where)
    return found


def leaves(model: RawModel, raw: Callable[[int], RawTensor], where: str) -> list[Border]:
    """The outputs: before a DEQUANTIZE to float32 or an ARG_MAX over the last axis, else the file's own."""
    graph = model.graphs[0]
    found = [_leave(graph, raw, raw(index), _name(model, raw(index))) for index in graph.outputs]
    if not found:
        raise UnsupportedError(f"{where} has no output; a network gives at least one.")
    for border in found:
        if border.file.data is not None:
            raise UnsupportedError(f"{where} has the constant '{border.name}' for an output; leave that out.")
        if border.file.index in graph.inputs:
            raise UnsupportedError(f"{where} gives its input '{border.name}' as an output; leave that out.")
    _check(found, "output", where)
    return found


def c_name(name: str) -> str:
    """The name of an input or output within the names of C functions."""
    return re.sub(r"\W", "_", name, flags=re.ASCII)


def _check(borders: list[Border], what: str, where: str) -> None:
    """What no two inputs, or outputs, may have in common; and their dimensions."""
    for border in borders:
        if not 1 <= len(border.file.shape) <= MOST_AXES:
            raise UnsupportedError(
                f"the {what} '{border.name}' of {where} has {len(border.file.shape)} dimensions; give it 1 to "
                f"{MOST_AXES}, the batch first."
            )
    if twice := _twice(border.file.index for border in borders):
        name = next(border.name for border in borders if border.file.index == twice[0])
        raise UnsupportedError(f"{where} has the {what} '{name}' twice; leave one out.")
    if same := _twice(border.name for border in borders):
        raise UnsupportedError(f"{where} has several {what}s that are called '{same[0]}'; give each its own name.")
    if clash := _twice(c_name(border.name) for border in borders):
        names = " and ".join(f"'{border.name}'" for border in borders if c_name(border.name) == clash[0])
        raise UnsupportedError(f"the {what}s {names} of {where} are both {clash[0]} in C; rename one.")


def _twice(values: Iterable[T]) -> list[T]:
    return [value for value, count in Counter(values).items() if count > 1]


def _name(model: RawModel, tensor: RawTensor) -> str:
    """What the signature calls it, else the tensor's name without what the converter put around it."""
    bare = tensor.name.removeprefix("serving_default_")
    return model.names.get(tensor.index) or re.sub(r":0$", "", bare)


def _entry(graph: RawGraph, given: RawTensor, name: str) -> Border:
    readers = [operator for operator in graph.operators if given.index in operator.inputs]
    if given.type != "FLOAT32" or [(r.name, len(r.outputs)) for r in readers] != [("QUANTIZE", 1)]:
        return Border(name, given, given.index)
    (quantize,) = readers
    return Border(name, given, quantize.outputs[0], quantize)


def _leave(graph: RawGraph, raw: Callable[[int], RawTensor], asked: RawTensor, name: str) -> Border:
    maker = next((operator for operator in graph.operators if asked.index in operator.outputs), None)
    if maker is None or not maker.inputs or maker.name not in ("DEQUANTIZE", "ARG_MAX"):
        return Border(name, asked, asked.index)
    tensor = raw(maker.inputs[0])
    if tensor.type != "INT8" or (maker.name == "ARG_MAX" and not _over_the_last_axis(maker, tensor, raw)):
        return Border(name, asked, asked.index)
    return Border(name, asked, tensor.index, maker, _ARG_MAX_LEFT_OUT if maker.name == "ARG_MAX" else "")


_ARG_MAX_LEFT_OUT = (
    "the ARG_MAX at the end of the file is left to the caller: the output is what it chooses from, "
    "and it takes the first of the largest codes."
)


def _over_the_last_axis(operator: RawOperator, tensor: RawTensor, raw: Callable[[int], RawTensor]) -> bool:
    axis = raw(operator.inputs[1]).data if len(operator.inputs) == 2 else None
    return axis is not None and axis.size == 1 and int(axis.item()) in (-1, len(tensor.shape) - 1)
