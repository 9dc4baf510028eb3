"""PAD and PADV2: a border of zeros, which are the output's zero point, or of another constant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..fixed_point import Arithmetic, Array
from .kernel import KernelCall, Record
from .op import Node, Op


@dataclass(frozen=True, eq=False)
class PadParams(Record):
    """Along four axes: the input's sizes, and the positions before and after it; `code` is the border's."""

    input_shape: Array
    before: Array
    after: Array
    code: int


@dataclass(frozen=True, eq=False)
class Pad(Op):
    """`paddings` holds (before, after) for each of four axes; tensors of fewer axes are led by axes of size 1.

    `code` is what the border is made of.
    """

    paddings: tuple[tuple[int, int], ...]
    code: int
    kind = "pad"

    @classmethod
    def read(cls, node: Node) -> Self:
        tensor, output = node.tensor(0), node.output
        given = node.constant(1, "INT32")
        rank = len(tensor.shape)
        if rank > 4:
            node.refuse(f"pads a tensor of {rank} dimensions; at most 4 are supported.")
        if given.shape != (rank, 2) or given.min(initial=0) < 0:
            node.invalid("has paddings that do not belong to its input.")
        expected = tuple(int(size + both) for size, both in zip(tensor.shape, given.sum(axis=1), strict=True))
        if output.shape != expected:
            node.invalid(f"has an output of shape {list(output.shape)}, but its paddings give {list(expected)}.")
        if (tensor.scale, tensor.zero_point) != (output.scale, output.zero_point):
            node.refuse("has different scales at input and output; a pad cannot rescale.")
        paddings = ((0, 0),) * (4 - rank) + tuple((int(before), int(after)) for before, after in given)
        return cls((tensor,), output, paddings, cls.read_code(node))

    @classmethod
    def read_code(cls, node: Node) -> int:
        """The code of the border."""
        return node.output.zero_point

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        paddings = self.paddings[4 - len(self.output.shape) :]
        return np.pad(inputs[0], ((0, 0), *paddings), constant_values=self.code)

    def kernel_call(self) -> KernelCall:
        shape = (1,) * (4 - len(self.output.shape)) + self.inputs[0].shape
        before, after = zip(*self.paddings, strict=True)
        params = PadParams(
            input_shape=np.array(shape, np.int32),
            before=np.array(before, np.int32),
            after=np.array(after, np.int32),
            code=self.code,
        )
        return KernelCall("pad_s8", params)

    @property
    def describe(self) -> str:
        return " ".join(f"{before}+{after}" for before, after in self.paddings[1:3])


@dataclass(frozen=True, eq=False)
class PadV2(Pad):
    """With a constant of the file around the tensor."""

    @classmethod
    def read_code(cls, node: Node) -> int:
        given, code = node.constant_tensor(2), node.constant(2, "INT8")
        if code.size != 1:
            node.invalid(f"has {code.size} values to pad with.")
        if (given.scale, given.zero_point) != (node.output.scale, node.output.zero_point):
            node.refuse("has another scale at its constant than at its output; a pad cannot rescale.")
        return int(code.item())
