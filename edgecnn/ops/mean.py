"""MEAN over neighbouring axes, usually height and width: global average pooling."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from ..fixed_point import INT8_MAX, INT8_MIN, Arithmetic, Array, quantize_multiplier
from .kernel import KernelCall, Record
from .op import Node, Op
from .records import Multiplier


@dataclass(frozen=True, eq=False)
class MeanParams(Record):
    """Sizes before, of and after the axes; `bias` is added to a sum before it is multiplied."""

    rows: int
    count: int
    depth: int
    bias: int
    output_zero_point: int
    scale: Multiplier


@dataclass(frozen=True, eq=False)
class Mean(Op):
    """`axes` are the first and the last that are averaged."""

    axes: tuple[int, int]
    kind = "mean"

    @classmethod
    def read(cls, node: Node) -> Self:
        tensor, output = node.tensor(0), node.output
        rank = len(tensor.shape)
        given = node.constant(1, "INT32").ravel()
        if given.size == 0 or given.min() < -rank or given.max() >= rank:
            node.invalid(f"averages over the axes {given.tolist()} of a tensor of {rank} dimensions.")
        axes = sorted({int(axis) % rank for axis in given})
        first, last = axes[0], axes[-1]
        if axes != list(range(first, last + 1)):
            node.refuse(f"averages over the axes {axes}; only neighbouring ones are supported, as height and width.")
        kept = tuple(1 if axis in axes else size for axis, size in enumerate(tensor.shape))
        gone = tuple(size for axis, size in enumerate(tensor.shape) if axis not in axes)
        expected = kept if node.option("KeepDims") else gone
        if output.shape != expected:
            node.invalid(f"has an output of shape {list(output.shape)}, but its axes give {list(expected)}.")
        return cls((tensor,), output, (first, last))

    @property
    def _split(self) -> tuple[int, int, int]:
        """Sizes before, of and after the axes."""
        first, last = self.axes
        shape = self.inputs[0].shape
        return math.prod(shape[:first]), math.prod(shape[first : last + 1]), math.prod(shape[last + 1 :])

    @property
    def count(self) -> int:
        """Codes per mean."""
        return self._split[1]

    @cached_property
    def multiplier(self) -> tuple[int, int]:
        """Quantized multiplier and shift of input scale / output scale / count: the division is in integers."""
        multiplier, shift = quantize_multiplier(float(np.float64(self.inputs[0].scale) / np.float64(self.output.scale)))
        spare = min(self.count.bit_length() - 1, 32, 31 + shift)
        return (multiplier << spare) // self.count, shift - spare

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        total = (inputs[0].reshape(-1, *self._split) - self.inputs[0].zero_point).sum(axis=2)
        codes = arithmetic.mbqm(total, *self.multiplier) + self.output.zero_point
        return np.clip(codes, INT8_MIN, INT8_MAX).reshape(-1, *self.output.shape)

    @property
    def accumulator_bound(self) -> int:
        zero_point = self.inputs[0].zero_point
        return self.count * max(INT8_MAX - zero_point, zero_point - INT8_MIN, 128) << max(self.multiplier[1], 0)

    def kernel_call(self) -> KernelCall:
        bias = -self.count * self.inputs[0].zero_point
        params = MeanParams(*self._split, bias, self.output.zero_point, Multiplier(*self.multiplier))
        return KernelCall("mean_s8", params, leads={0: 0})  # a mean is written where its own codes were read, or before

    @property
    def describe(self) -> str:
        return "x".join(map(str, self.inputs[0].shape[self.axes[0] : self.axes[1] + 1]))
