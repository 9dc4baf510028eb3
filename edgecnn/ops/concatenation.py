"""CONCATENATION: the codes of several tensors side by side along one axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

import numpy as np

from ..fixed_point import Arithmetic, Array
from .op import KernelCall, Node, Op


@dataclass(frozen=True, eq=False)
class Concatenation(Op):
    """All inputs have the scale and zero point of the output."""

    axis: int
    kind = "concatenation"

    @classmethod
    def read(cls, node: Node) -> Self:
        inputs = tuple(node.tensor(position) for position in range(node.input_count))
        output = node.output
        if node.option("FusedActivationFunction") != "NONE":
            node.refuse("has a fused activation; put a RELU behind it instead.")
        rank = len(output.shape)
        axis = node.option("Axis")
        if not inputs or not -rank <= axis < rank:
            node.invalid(f"joins {len(inputs)} tensors along axis {axis} of {rank}.")
        axis %= rank
        shapes = [tensor.shape for tensor in inputs]
        fits = all(len(s) == rank and _without(s, axis) == _without(output.shape, axis) for s in shapes)
        if not fits or sum(shape[axis] for shape in shapes) != output.shape[axis]:
            node.invalid(f"joins {', '.join(str(list(s)) for s in shapes)} to {list(output.shape)} along axis {axis}.")
        for tensor in inputs:
            if (tensor.scale, tensor.zero_point) != (output.scale, output.zero_point):
                node.refuse(f"has another scale at '{tensor.name}' than at its output; put a QUANTIZE between them.")
        return cls(inputs, output, axis)

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        return np.concatenate(inputs, axis=self.axis + 1)

    @property
    def rows(self) -> int:
        """Runs of codes that each input contributes."""
        return math.prod(self.output.shape[: self.axis])

    @property
    def joins(self) -> bool:
        return True

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """With one run each, an input is a slice of the output."""
        starts = accumulate((tensor.size for tensor in self.inputs), initial=0)
        return tuple(enumerate(starts))[:-1] if self.rows == 1 else ()

    def kernel_call(self) -> KernelCall:
        params: dict[str, int | Array] = {
            "inputs": len(self.inputs),
            "rows": self.rows,
            "sizes": np.array([tensor.size // self.rows for tensor in self.inputs], np.int32),
        }
        return KernelCall("concatenation_s8", params, gathers=True)

    @property
    def describe(self) -> str:
        return f"axis {self.axis}"


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return (*shape[:axis], *shape[axis + 1 :])
