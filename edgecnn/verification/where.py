"""Where a tensor's codes are computed: the layer by its number, the op, and the line of C that calls its kernel."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..converted import Converted
from ..program.numbering import Place, numbering
from ..tensor import Tensor


@dataclass(frozen=True)
class Where:
    """Of one tensor; what is given to the network has no number, and no line."""

    number: str
    op: str
    tensor: str
    shape: tuple[int, ...]
    file: str
    line: int | None
    as_converted_for: str | None = None
    """The core, where that file is not at hand as it was written: of a model, or edited since."""

    def __str__(self) -> str:
        """For sentences, such as: layer 3.1 (conv2d 5x5 relu, t7 28x28x6), line 812 of lenet5.c."""
        layer = f"layer {self.number} " if self.number else ""
        op = f"({self.op}, {self.tensor} {'x'.join(map(str, self.shape))})"
        line = f", line {self.line} of {self.file}" if self.line else ""
        core = self.as_converted_for
        return f"{layer}{op}{line}{f' as converted for {core}' if line and core else ''}"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def everywhere(network: Converted, *, at_hand: bool) -> dict[Tensor, Where]:
    """Of each tensor of a network, in the order in which they are computed; `at_hand` says whether its C is a file."""
    manifest = network.manifest
    file, core = f"{manifest.name}.c", None if at_hand and not network.edited else manifest.target
    lines = {call.number: call.line for layer in manifest.layers for call in layer.calls}
    return {
        tensor: Where(place.number, _op(place), tensor.name, tensor.shape[1:], file, lines.get(place.call), core)
        for tensor, place in numbering(network.program).places.items()
    }


def _op(place: Place) -> str:
    return place.op.title if place.op else "input"


@dataclass(frozen=True)
class Difference:
    """What was found first, and on which data."""

    where: Where
    data: str

    def __str__(self) -> str:
        return f"{self.where}, on {self.data}"

    def to_json(self) -> dict[str, Any]:
        return {**self.where.to_json(), "data": self.data}
