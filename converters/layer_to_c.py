"""A layer to C: the constants of its kernels, and the arguments of their call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from edgecnn.ops.kernel import KernelCall
from edgecnn.program.program import Step
from edgecnn.tensor import Tensor

from . import c_text


@dataclass(frozen=True)
class Layer:
    """One call of a kernel."""

    index: int
    step: Step
    call: KernelCall
    symbol: str

    @cached_property
    def parts(self) -> list[Layer]:
        """Each kernel's call: those of the stages, if it is streamed."""
        steps = [(i, stage.step, stage.step.call) for i, stage in enumerate(self.step.stages)]
        return [Layer(i, step, call, f"{self.symbol}_{i}") for i, step, call in steps if call] or [self]

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

    def definitions(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.definition()

    def definition(self) -> Iterator[str]:
        arrays = self.arrays
        fields = {name: self.array(name) if name in arrays else str(leaf) for name, leaf in self.call.params.leaves()}
        for name, array in arrays.items():
            yield c_text.constant(self.array(name), array, self.call.alignment, is_input=name not in fields)
        yield c_text.struct(f"edgecnn_{self.call.kernel}_params", self.symbol, fields)
