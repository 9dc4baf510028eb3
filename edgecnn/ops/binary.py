"""Elementwise ops of two tensors, either of which may be constant, or smaller and repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import INT8_MAX, INT8_MIN, Array
from ..tensor import Tensor
from . import axes
from .activated import ActivatedOp, read_activation
from .kernel import Part
from .op import Node
from .records import OutputCodes


@dataclass(frozen=True)
class Constant:
    """An operand in flash."""

    position: int
    tensor: Tensor
    codes: NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Operands(Part):
    """The output's shape, each operand's steps along it (0 where it is repeated), and all zero points."""

    shape: Array
    steps1: Array
    steps2: Array
    zero_point1: int
    zero_point2: int
    output: OutputCodes


@dataclass(frozen=True, eq=False)
class BinaryOp(ActivatedOp):
    """`inputs` are the operands that are computed: both, or the one that is not `constant`."""

    constant: Constant | None

    @classmethod
    def read(cls, node: Node) -> Self:
        constants = [
            Constant(position, node.constant_tensor(position), node.constant(position, "INT8"))
            for position in (0, 1)
            if node.is_constant(position)
        ]
        if len(constants) == 2:
            node.refuse("has two constants; put their result there instead.")
        inputs = tuple(node.tensor(position) for position in (0, 1) if not node.is_constant(position))
        op = cls(inputs, node.output, read_activation(node), constants[0] if constants else None)
        shapes = [operand.shape for operand in op.operands]
        try:
            expected = np.broadcast_shapes(*shapes)
        except ValueError:
            expected = None
        if op.output.shape != expected:
            node.invalid(f"makes {list(op.output.shape)} of {list(shapes[0])} and {list(shapes[1])}.")
        if op.walk() is None:
            node.refuse(f"repeats its inputs along more than {axes.MAX_AXES} axes; reshape them first.")
        return op

    @property
    def operands(self) -> tuple[Tensor, Tensor]:
        """The first and the second operand."""
        if self.constant is None:
            return self.inputs[0], self.inputs[1]
        pair = [self.inputs[0], self.inputs[0]]
        pair[self.constant.position] = self.constant.tensor
        return pair[0], pair[1]

    def differences(self, inputs: tuple[Array, ...]) -> list[Array]:
        """Code minus zero point of both operands, (N, ...) with as many axes as the output."""
        arrays = list(inputs)
        if self.constant is not None:
            arrays.insert(self.constant.position, self.constant.codes[np.newaxis].astype(inputs[0].dtype))
        return [
            array.reshape(len(array), *axes.aligned(tensor.shape, len(self.output.shape))) - tensor.zero_point
            for array, tensor in zip(arrays, self.operands, strict=True)
        ]

    @staticmethod
    def reach(tensor: Tensor) -> tuple[int, int]:
        """Lowest and highest code minus zero point."""
        return INT8_MIN - tensor.zero_point, INT8_MAX - tensor.zero_point

    @property
    def leads(self) -> dict[int, int]:
        """Code for code: the output may lie over an operand of its size."""
        return {i: 0 for i, tensor in enumerate(self.inputs) if tensor.size == self.output.size}

    @property
    def parameters(self) -> int:
        return self.constant.codes.size if self.constant else 0

    @property
    def constants(self) -> dict[int, Array]:
        """As `KernelCall` takes them."""
        return {self.constant.position: self.constant.codes} if self.constant else {}

    def walk(self) -> tuple[Array, list[Array]] | None:
        """As `axes.walk`."""
        shape = self.output.shape
        return axes.walk(shape, *(axes.repeated(operand.shape, shape) for operand in self.operands))

    @property
    def elementwise(self) -> bool:
        """Whether both operands are activations of the output's shape: nothing is broadcast."""
        return len(self.inputs) == 2 and all(tensor.shape == self.output.shape for tensor in self.inputs)

    def operands_record(self) -> Operands:
        """What the kernels are told of both."""
        walk = self.walk()
        assert walk is not None, "checked in read"
        shape, (steps1, steps2) = walk
        first, second = self.operands
        return Operands(shape, steps1, steps2, first.zero_point, second.zero_point, self.output_codes)

    @property
    def describe(self) -> str:
        return f"{'constant' if self.constant else ''} {super().describe}".strip()
