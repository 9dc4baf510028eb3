"""STRIDED_SLICE and SPLIT: a part of a tensor, its begin, end and step constant along each axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from ..fixed_point import Arithmetic, Array
from . import axes
from .kernel import KernelCall, Record
from .op import Node, Op

_UNSUPPORTED_MASKS = ("EllipsisMask", "NewAxisMask")


@dataclass(frozen=True, eq=False)
class SliceParams(Record):
    """The first code that is taken, the part's sizes along four axes, and the codes from one position to the next."""

    start: int
    shape: Array
    steps: Array


@dataclass(frozen=True, eq=False)
class Slice(Op):
    """`ranges` are the positions that are taken along each axis of the input."""

    ranges: tuple[range, ...]
    kind = "slice"

    @classmethod
    def of(cls, node: Node, position: int, ranges: Sequence[range], dropped: Sequence[int] = ()) -> Self:
        """The slice of the input at `position`, without its axes `dropped`; refuses what the file contradicts."""
        tensor, output = node.tensor(position), node.output
        expected = tuple(len(taken) for axis, taken in enumerate(ranges) if axis not in dropped)
        if output.shape != expected or 0 in expected:
            node.invalid(f"has an output of shape {list(output.shape)}, but takes {list(expected)}.")
        if (tensor.scale, tensor.zero_point) != (output.scale, output.zero_point):
            node.refuse("has different scales at input and output; a slice cannot rescale.")
        op = cls((tensor,), output, tuple(ranges))
        if op._walk() is None:
            node.refuse(f"slices more than {axes.MAX_AXES} axes; reshape the tensor first.")
        return op

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        part = inputs[0]
        for axis, taken in enumerate(self.ranges):
            part = np.take(part, list(taken), axis=axis + 1)
        return part.reshape(-1, *self.output.shape)

    def _walk(self) -> tuple[Array, list[Array]] | None:
        strides = axes.strides(self.inputs[0].shape)
        steps = [taken.step * stride for taken, stride in zip(self.ranges, strides, strict=True)]
        return axes.walk([len(taken) for taken in self.ranges], steps)

    def kernel_call(self) -> KernelCall:
        walk = self._walk()
        assert walk is not None, "checked in of"
        shape, (steps,) = walk
        strides = axes.strides(self.inputs[0].shape)
        start = sum(taken.start * stride for taken, stride in zip(self.ranges, strides, strict=True))
        # Forwards, the i-th code that is taken is never before place start + i.
        leads = {0: -start} if steps.min() >= 0 else {}
        return KernelCall("slice_s8", SliceParams(start, shape, steps), leads=leads)

    @property
    def describe(self) -> str:
        whole = zip(self.ranges, self.inputs[0].shape, strict=True)
        parts = (f"{r.start}..{r[-1]}" + (f"/{r.step}" if r.step != 1 else "") for r, size in whole if r != range(size))
        return " ".join(parts)


@dataclass(frozen=True, eq=False)
class StridedSlice(Slice):
    """Begins, ends and strides are constants of the file; bit i of a mask is about axis i."""

    @classmethod
    def read(cls, node: Node) -> Self:
        shape = node.tensor(0).shape
        begins, ends, strides = (node.constant(position, "INT32").ravel().tolist() for position in (1, 2, 3))
        if not len(begins) == len(ends) == len(strides) <= len(shape) or 0 in strides:
            node.invalid("has begins, ends and strides that do not belong to its input.")
        for mask in _UNSUPPORTED_MASKS:
            if node.option(mask):
                node.refuse(f"uses its {mask}; name every axis of the slice instead.")
        from_begin, to_end, single = (node.option(mask) for mask in ("BeginMask", "EndMask", "ShrinkAxisMask"))
        ranges, dropped = [range(size) for size in shape], []
        for axis, (begin, end, stride) in enumerate(zip(begins, ends, strides, strict=True)):
            size = shape[axis]
            if single >> axis & 1:
                if not -size <= begin < size:
                    node.invalid(f"takes position {begin} of {size} along axis {axis}.")
                ranges[axis] = range(begin % size, begin % size + 1)
                dropped.append(axis)
            else:
                limits = None if from_begin >> axis & 1 else begin, None if to_end >> axis & 1 else end
                ranges[axis] = range(*slice(*limits, stride).indices(size))
        return cls.of(node, 0, ranges, dropped)


@dataclass(frozen=True, eq=False)
class Split(Slice):
    """One of several equal parts."""

    several_outputs = True

    @classmethod
    def read(cls, node: Node) -> Self:
        shape = node.tensor(1).shape
        axis, parts = int(node.constant(0, "INT32").item()), node.option("NumSplits")
        if not -len(shape) <= axis < len(shape) or parts < 1 or shape[axis] % parts:
            node.invalid(f"splits {list(shape)} into {parts} along axis {axis}.")
        if node.output_position >= parts:
            node.invalid(f"has more outputs than the {parts} parts that it splits its input into.")
        size = shape[axis] // parts
        ranges = [range(length) for length in shape]
        ranges[axis] = range(node.output_position * size, (node.output_position + 1) * size)
        return cls.of(node, 1, ranges)
