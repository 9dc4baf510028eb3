"""TRANSPOSE: the axes in another order, as what comes from channels-first frameworks has before it is flattened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..fixed_point import Arithmetic, Array
from . import axes
from .kernel import KernelCall
from .op import Node, Op
from .slices import SliceParams


@dataclass(frozen=True, eq=False)
class Transpose(Op):
    """Axis i of the output is axis `order[i]` of the input."""

    order: tuple[int, ...]
    kind = "transpose"

    @classmethod
    def read(cls, node: Node) -> Self:
        tensor, output = node.tensor(0), node.output
        rank = len(tensor.shape)
        given = node.constant(1, "INT32").ravel().tolist()
        if sorted(axis % rank if -rank <= axis < rank else -1 for axis in given) != list(range(rank)):
            node.invalid(f"has the order {given}, which is none of the {rank} axes of its input.")
        order = tuple(axis % rank for axis in given)
        expected = tuple(tensor.shape[axis] for axis in order)
        if output.shape != expected:
            node.invalid(f"has an output of shape {list(output.shape)}, but its order gives {list(expected)}.")
        if (tensor.scale, tensor.zero_point) != (output.scale, output.zero_point):
            node.refuse("has different scales at input and output; a transpose cannot rescale.")
        op = cls((tensor,), output, order)
        if op._walk() is None:
            node.refuse(f"mixes more than {axes.MAX_AXES} axes; reshape the tensor first.")
        return op

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        return np.transpose(inputs[0], (0, *(axis + 1 for axis in self.order)))

    def _walk(self) -> tuple[Array, list[Array]] | None:
        strides = axes.strides(self.inputs[0].shape)
        return axes.walk(self.output.shape, [strides[axis] for axis in self.order])

    def kernel_call(self) -> KernelCall | None:
        walk = self._walk()
        assert walk is not None, "checked in read"
        shape, (steps,) = walk
        if np.count_nonzero(shape > 1) <= 1:
            return None  # merged into one axis: the codes lie in their order already
        return KernelCall("slice_s8", SliceParams(0, shape, steps))

    @property
    def describe(self) -> str:
        return " ".join(map(str, self.order))
