"""RESHAPE, SQUEEZE and EXPAND_DIMS: the same codes under another shape; nothing runs on the device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from ..fixed_point import Arithmetic, Array
from .op import KernelCall, Node, Op


@dataclass(frozen=True, eq=False)
class Reshape(Op):
    """The shape is the output tensor's: how the file computes it (SHAPE, STRIDED_SLICE, PACK) does not matter."""

    kind = "reshape"
    types = frozenset({"int8", "uint8"})

    @classmethod
    def read(cls, node: Node) -> Self:
        tensor, output = node.tensor(0), node.output
        if tensor.size != output.size:
            node.invalid(f"turns {tensor.size} values into {output.size}.")
        if (tensor.scale, tensor.zero_point) != (output.scale, output.zero_point):
            node.refuse("has different scales at input and output; a reshape cannot rescale.")
        return cls((tensor,), output)

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        return inputs[0].reshape(-1, *self.output.shape)

    def kernel_call(self) -> KernelCall | None:
        return None
