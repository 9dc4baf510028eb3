"""Runs a Graph in NumPy: the specification that C and every board must match byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .fixed_point import FLOATS, INTEGERS, Arithmetic, dequantize, quantize
from .ops.op import Op
from .tensor import Tensor

CHUNK = 64  # images at once: bounds the memory of intermediate tensors


class Runnable(Protocol):
    """What of a `Graph` is needed to run it: `Graph` knows this module, and not the other way round."""

    @property
    def ops(self) -> tuple[Op, ...]:
        """In an order in which they can run."""

    @property
    def input(self) -> Tensor:
        """What is given."""

    @property
    def output(self) -> Tensor:
        """What is wanted."""

    def batch(self, x: ArrayLike) -> NDArray[np.int8]:
        """`x` checked and shaped (N, *input.shape)."""


def trace(graph: Runnable, x: ArrayLike, arithmetic: Arithmetic = INTEGERS) -> dict[Tensor, NDArray[np.int8]]:
    """Codes (N, *tensor.shape) of the input and of every op's output, for input codes `x` (N, *input.shape[1:])."""
    values: dict[Tensor, NDArray[np.int8]] = {graph.input: graph.batch(x)}
    for op in graph.ops:
        inputs = [arithmetic.array(values[tensor]) for tensor in op.inputs]
        values[op.output] = op.evaluate(arithmetic, *inputs).astype(np.int8)
    return values


def evaluate(graph: Runnable, x: ArrayLike, arithmetic: Arithmetic = INTEGERS) -> NDArray[np.int8]:
    """Output codes (N, *output.shape[1:]) of input codes `x` (N, *input.shape[1:])."""
    codes = graph.batch(x)[:, 0]
    out = np.empty((len(codes), *graph.output.shape[1:]), np.int8)
    for part in chunks(len(codes)):
        result = trace(graph, codes[part], arithmetic)[graph.output]
        out[part] = result.reshape(out[part].shape)
    return out


def chunks(count: int) -> Iterator[slice]:
    """Slices that cover range(count) in steps of CHUNK."""
    return (slice(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK))


class FloatTwin:
    """The network as a float model that is bit-exact with the device.

    Its tensors hold integer codes in float64, where every product and sum of the network is exact, and it rounds
    where the device rounds; a fake-quantized model in real values is off by one code here and there.
    """

    def __init__(self, graph: Runnable):
        self.graph = graph

    def evaluate(self, x: ArrayLike) -> NDArray[np.int8]:
        """As `Graph.evaluate`, computed in float64."""
        return evaluate(self.graph, x, FLOATS)

    def __call__(self, x: ArrayLike) -> NDArray[np.float32]:
        """Real outputs (N, *output.shape[1:]) of real inputs (N, *input.shape[1:]), exactly those of the device."""
        into, out = self.graph.input, self.graph.output
        return dequantize(self.evaluate(quantize(x, into.scale, into.zero_point)), out.scale, out.zero_point)
