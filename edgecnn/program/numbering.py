"""One number for each layer and op: in reports, manifest, profile, on boards and in the generated C.

Layer N is the program's call N of a kernel, counted from 0. What a layer consists of is counted from 0 after a point:
the ops that one kernel computes, 3.0 and 3.1, and the stages of a streamed layer, 0.0 and 0.1, with 0.1.0 and 0.1.1 for
the ops of a stage. What is alone is not counted: the only op of layer 4 is 4.

An op that computes nothing (a RESHAPE, or a TRANSPOSE that moves nothing) has the number of the op whose codes it
passes on, since there they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from ..ops.op import Op
from ..tensor import Tensor
from .program import Chain, Program, Step


@dataclass(frozen=True, eq=False)
class Part(Chain):
    """A layer, or a stage or op of one."""

    number: str
    ops: tuple[Op, ...]
    parts: tuple[Part, ...] = ()
    """Its stages or ops, where it has several."""

    def within(self) -> Iterator[Part]:
        """Its parts and theirs, in the order of their numbers."""
        for part in self.parts:
            yield part
            yield from part.within()


@dataclass(frozen=True, eq=False)
class Place:
    """Where the codes of a tensor come from: what has this `number`, by the kernel call with the number `call`."""

    op: Op | None
    """Which gives the tensor; None of what is given to the network, whose numbers are empty."""
    layer: int | None = None
    number: str = ""
    call: str = ""


@dataclass(frozen=True, eq=False)
class Numbering:
    """The layers of a program, and the place of every tensor, in the order in which they are computed."""

    layers: tuple[Part, ...]
    places: Mapping[Tensor, Place]

    @cached_property
    def ops(self) -> tuple[tuple[Place, ...], ...]:
        """The ops of each layer, and those after it that compute nothing."""
        found: dict[int | None, list[Place]] = {index: [] for index in range(len(self.layers))}
        for place in self.places.values():
            found.setdefault(place.layer, []).append(place)
        return tuple(tuple(found[index]) for index in range(len(self.layers)))


def numbering(program: Program) -> Numbering:
    """The numbers of a program; another program of the same graph has others."""
    graph = program.graph
    given = [*(door.tensor for door in graph.inputs), *(state.tensor for state in graph.states)]
    places = {tensor: Place(None) for tensor in given}
    layers: list[Part] = []
    for step in program.steps:
        if step.call is None:
            before = places[step.inputs[0]]
            places[step.output] = Place(step.ops[0], before.layer, before.number, before.call)
            continue
        layer = _layer(str(len(layers)), step)
        for call in layer.parts if step.stages else (layer,):
            for part in call.parts or (call,):
                places[part.ops[0].output] = Place(part.ops[0], len(layers), part.number, call.number)
        layers.append(layer)
    return Numbering(tuple(layers), places)


def _layer(number: str, step: Step) -> Part:
    if not step.stages:
        return _call(number, step.ops)
    ops = iter(step.ops)
    stages = [tuple(islice(ops, len(stage.step.ops))) for stage in step.stages]
    return Part(number, step.ops, tuple(_call(f"{number}.{i}", each) for i, each in enumerate(stages)))


def _call(number: str, ops: tuple[Op, ...]) -> Part:
    """What one kernel computes."""
    alone = len(ops) == 1
    return Part(number, ops, () if alone else tuple(Part(f"{number}.{i}", (op,)) for i, op in enumerate(ops)))
