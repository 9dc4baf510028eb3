"""A layer to C: the constants of its kernels, and the arguments of their call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from edgecnn.lowering.program import Step
from edgecnn.ops import KernelCall
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
        fields = {field: value for field, value in self.call.params.items() if isinstance(value, np.ndarray)}
        return fields | {f"input{position}": array for position, array in self.call.constants.items()}

    @property
    def constant_bytes(self) -> int:
        """Bytes in flash: arrays, and the parameters at four bytes each as on a 32-bit core."""
        return sum(
            4 * len(part.call.params) + sum(array.nbytes for array in part.arrays.values()) for part in self.parts
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
        fields = {}
        for field, value in self.call.params.items():
            fields[field] = self.array(field) if field in self.arrays else str(value)
        for field, array in self.arrays.items():
            is_input = field not in self.call.params
            yield c_text.constant(self.array(field), array, self.call.alignment, is_input=is_input)
        yield c_text.struct(f"edgecnn_{self.call.kernel}_params", self.symbol, fields)
