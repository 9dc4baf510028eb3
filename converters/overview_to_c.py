"""The comment with which a network's C begins: where it comes from, what it takes and gives, its layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edgecnn.lowering.planner import Plan
from edgecnn.program.numbering import Numbering
from edgecnn.program.program import Program
from edgecnn.targets import OPTIMIZE, load
from edgecnn.version import VERSION

from . import c_text
from .doors_to_c import CDoor
from .layer_to_c import Layer, shape

_COLUMNS = ("layer", "", "output", "MACs", "flash bytes", "arena bytes")


def overview(
    name: str, program: Program, numbers: Numbering, memory: Plan, layers: Sequence[Layer], doors: Sequence[CDoor]
) -> str:
    """The licence and that comment."""
    graph = program.graph
    lines = [
        f"{name}: made by edgecnn {VERSION}; do not edit, convert the model again.",
        "The code is edgecnn's, under the licence above; the numbers are the model's, under its own.",
        "",
        f"From a TFLite model with SHA-256 {graph.sha256}",
        f"For {load(program.target).title}, optimized for {OPTIMIZE[program.optimize]}.",
        "",
        *(f"{door.function:<7} {_quantized(door)}" for door in doors),
        f"arena   {memory.arena} bytes, {graph.parameters} parameters, {graph.macs} multiply-accumulates",
        *(f"note    {note}" for note in graph.notes),
        "",
        *c_text.table([_COLUMNS, *_rows(numbers, memory, layers)]),
    ]
    return c_text.licence() + c_text.comment(lines)


def _rows(numbers: Numbering, memory: Plan, layers: Sequence[Layer]) -> Iterator[tuple[str, ...]]:
    """A layer, what it consists of, and the ops after it that compute nothing."""
    for layer, ops in zip(layers, numbers.ops, strict=True):
        output = layer.step.output
        first = memory.offsets[output]
        places = f"{first}..{first + output.bytes - 1}"
        yield layer.number, layer.step.title, shape(output), f"{layer.step.macs}", f"{layer.constant_bytes}", places
        for part in layer.part.within():
            yield part.number, part.title, shape(part.ops[-1].output), f"{part.macs}", "", ""
        for place in ops:
            if place.op and place.op not in layer.step.ops:
                yield place.number, place.op.title, shape(place.op.output), "", "", ""


def _quantized(door: CDoor) -> str:
    tensor, name = door.door.tensor, f"{door.door.name} " if door.several else ""
    means = f"real value = {tensor.scale:.9g} * (code - {tensor.zero_point})"
    return f"{name}{shape(tensor)} {tensor.dtype} codes: {means}"
