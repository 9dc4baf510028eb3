"""Runs a Graph in NumPy: the specification that C and every board must match byte for byte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .door import Codes, Door, Given, give, take
from .fixed_point import FLOATS, INTEGERS, Arithmetic, dequantize, quantize
from .ops.op import Op
from .state import State
from .tensor import Tensor

CHUNK = 64  # images at once: bounds the memory of intermediate tensors

Values = dict[Tensor, NDArray[Any]]


class Runnable(Protocol):
    """What of a `Graph` is needed to run it: `Graph` knows this module, and not the other way round."""

    @property
    def ops(self) -> tuple[Op, ...]:
        """In an order in which they can run."""

    @property
    def inputs(self) -> tuple[Door, ...]:
        """Where values enter."""

    @property
    def outputs(self) -> tuple[Door, ...]:
        """Where they leave."""

    @property
    def input(self) -> Tensor:
        """The tensor of the only input."""

    @property
    def output(self) -> Tensor:
        """The tensor of the only output."""

    @property
    def states(self) -> tuple[State, ...]:
        """What is remembered."""


def trace(graph: Runnable, x: Given, arithmetic: Arithmetic = INTEGERS) -> Values:
    """Codes (N, *tensor.shape) of the inputs and of every op's output, for input codes `x` (N, *shape).

    A network with state is reset first, and the N inputs follow each other.
    """
    given = take(graph.inputs, x, codes=True)
    batch = {door.tensor: codes[:, np.newaxis] for door, codes in zip(graph.inputs, given, strict=True)}
    if not graph.states:
        return _run(graph, batch, arithmetic)
    memory: Values = {state.tensor: state.initial[np.newaxis] for state in graph.states}
    steps: list[Values] = []
    for i in range(len(given[0])):
        values = _run(graph, {tensor: codes[i : i + 1] for tensor, codes in batch.items()} | memory, arithmetic)
        memory = {state.tensor: values[state.following] for state in graph.states}
        steps.append(values)
    return {tensor: np.concatenate([values[tensor] for values in steps]) for tensor in (steps[0] if steps else batch)}


def _run(graph: Runnable, known: Values, arithmetic: Arithmetic) -> Values:
    values = dict(known)
    for op in graph.ops:
        inputs = [arithmetic.array(values[tensor]) for tensor in op.inputs]
        values[op.output] = op.evaluate(arithmetic, *inputs).astype(op.output.dtype)
    return values


def evaluate(graph: Runnable, x: Given, arithmetic: Arithmetic = INTEGERS) -> Any:
    """See `Graph.evaluate`."""
    return give(graph.outputs, _outputs(graph, take(graph.inputs, x, codes=True), arithmetic))


def invoke(graph: Runnable, x: Given, arithmetic: Arithmetic = INTEGERS) -> Any:
    """See `Graph.invoke`."""
    outputs = _outputs(graph, take(graph.inputs, x, codes=False), arithmetic)
    return give(graph.outputs, [door.from_codes(codes) for door, codes in zip(graph.outputs, outputs, strict=True)])


def _outputs(graph: Runnable, given: Sequence[Codes], arithmetic: Arithmetic) -> list[Codes]:
    count = len(given[0])
    out = [np.empty((count, *door.shape), door.tensor.dtype) for door in graph.outputs]
    names = [door.name for door in graph.inputs]
    for part in chunks(count) if not graph.states else [slice(0, count)] * bool(count):
        values = trace(graph, {name: codes[part] for name, codes in zip(names, given, strict=True)}, arithmetic)
        for door, codes in zip(graph.outputs, out, strict=True):
            codes[part] = values[door.tensor].reshape(codes[part].shape)
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

    def evaluate(self, x: Given) -> Any:
        """As `Graph.evaluate`, computed in float64."""
        return evaluate(self.graph, x, FLOATS)

    def __call__(self, x: ArrayLike) -> NDArray[np.float32]:
        """Real outputs (N, *output.shape[1:]) of real inputs (N, *input.shape[1:]), exactly those of the device."""
        into, out = self.graph.input, self.graph.output
        return dequantize(self.evaluate(quantize(x, into.scale, into.zero_point)), out.scale, out.zero_point)
