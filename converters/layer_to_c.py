"""A layer to C: the constants of its kernels, and the arguments of their call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from edgecnn.ops.kernel import KernelCall
from edgecnn.program.numbering import Part
from edgecnn.program.program import Step
from edgecnn.tensor import Tensor

from . import c_text
from .located import Located, joined, named


@dataclass(frozen=True)
class Layer:
    """One call of a kernel; of a streamed layer, which calls one for each of its stages, what they have in common."""

    part: Part
    step: Step
    call: KernelCall

    @property
    def number(self) -> str:
        """By which its user finds it."""
        return self.part.number

    @property
    def symbol(self) -> str:
        """Of the parameters, with which those of the constants begin."""
        return f"layer{self.number.replace('.', '_')}"

    @cached_property
    def parts(self) -> list[Layer]:
        """Each kernel's call: those of the stages, if it is streamed."""
        if not self.step.stages:
            return [self]
        pairs = zip(self.part.parts, self.step.stages, strict=True)
        return [Layer(part, stage.step, stage.step.call) for part, stage in pairs if stage.step.call]

    def array(self, field: str) -> str:
        """The symbol of the constants in a field."""
        return f"{self.symbol}_{field.replace('.', '_')}"

    @property
    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """Constants by the name of their field, and those that the kernel takes as inputs."""
        inputs = {f"input{position}": array for position, array in self.call.constants.items()}
        return self.call.params.arrays() | inputs

    @property
    def constant_bytes(self) -> int:
        """Bytes in flash: arrays, and the parameters at four bytes each as on a 32-bit core."""
        return sum(
            4 * len(list(part.call.params.leaves())) + sum(array.nbytes for array in part.arrays.values())
            for part in self.parts
        )

    def inputs(self, offsets: dict[Tensor, int]) -> list[str]:
        """The kernel's arguments for its inputs."""
        places = [f"arena + {offsets[tensor]}" for tensor in self.step.inputs]
        for position in sorted(self.call.constants):
            places.insert(position, self.array(f"input{position}"))
        return [f"(const int8_t *const[]){{{', '.join(places)}}}"] if self.call.gathers else places

    def definitions(self) -> Located:
        """Its constants, each under its symbol, after a line that says whose they are."""
        constants = (part.definitions() for part in self.parts) if self.step.stages else self.constants()
        return joined([f"/* Layer {self.number}: {self._heading} */\n", joined(constants, "\n")])

    def constants(self) -> Iterator[Located]:
        """Its arrays, and the parameters that point to them, each under its symbol."""
        arrays = self.arrays
        fields = {name: self.array(name) if name in arrays else str(leaf) for name, leaf in self.call.params.leaves()}
        for name, array in arrays.items():
            symbol = self.array(name)
            yield named(symbol, c_text.constant(symbol, array, self.call.alignment, is_input=name not in fields))
        yield named(self.symbol, c_text.struct(f"edgecnn_{self.call.kernel}_params", self.symbol, fields))

    @property
    def _heading(self) -> str:
        """What it consists of, and from which shape to which."""
        part = self.part
        inside = () if self.step.stages else part.parts  # stages have lines of their own
        title = " + ".join(f"{inner.number} {inner.title}" for inner in inside) or part.title
        return f"{title}, {shape(part.ops[0].inputs[0])} -> {shape(part.ops[-1].output)}".replace("*/", "")

    @property
    def called(self) -> str:
        """The name of the call among the lines of the C."""
        return f"{self.symbol}()"


def shape(tensor: Tensor) -> str:
    """As comments show it."""
    return "x".join(map(str, tensor.shape[1:])) or "1"
