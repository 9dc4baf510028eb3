"""CONCATENATION: the codes of several tensors side by side along one axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

import numpy as np

from ..fixed_point import Arithmetic, Array
from .kernel import KernelCall, Record
from .op import Node, Op


@dataclass(frozen=True, eq=False)
class ConcatenationParams(Record):
    """How many inputs there are, how many runs of codes each contributes, and the codes of each run."""

    inputs: int
    rows: int
    sizes: Array


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

    def kernel_call(self) -> KernelCall:
        rows, row = self.rows, self.output.size // self.rows
        sizes = [tensor.size // rows for tensor in self.inputs]
        starts = accumulate(sizes[:-1], initial=0)
        # Each run of an input is copied to its place in the output's row, which is further ahead with every row.
        leads = [start + (rows - 1) * (row - size) for start, size in zip(starts, sizes, strict=True)]
        params = ConcatenationParams(len(sizes), rows, np.array(sizes, np.int32))
        return KernelCall("concatenation_s8", params, leads=dict(enumerate(leads)), joins=rows == 1, gathers=True)

    @property
    def describe(self) -> str:
        return f"axis {self.axis}"


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return (*shape[:axis], *shape[axis + 1 :])
