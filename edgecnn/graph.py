"""What a network is: ops between int8 tensors, immutable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import interpreter
from .door import Door, Given
from .errors import UsageError
from .ops.op import Op
from .state import State
from .tensor import Tensor


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """A network: `ops` are in an order in which they can run."""

    ops: tuple[Op, ...]
    inputs: tuple[Door, ...]
    outputs: tuple[Door, ...]
    states: tuple[State, ...] = ()
    source: bytes = b""
    """The TFLite file that the graph was read from."""
    notes: tuple[str, ...] = ()
    """What of that file is left to the caller, a sentence each."""
    classes: tuple[str, ...] = ()
    """The names of the classes, where they are known: of each output that has as many values."""

    def __repr__(self) -> str:
        ops = ", ".join(op.kind for op in self.ops)
        doors = " -> ".join(", ".join(map(str, doors)) for doors in (self.inputs, self.outputs))
        return f"Graph({doors}: {ops}; {self.parameters:,} parameters, {self.macs:,} MACs)"

    @property
    def input(self) -> Tensor:
        """The tensor of the only input; raises UsageError where there are several."""
        return _only(self.inputs, "input")

    @property
    def output(self) -> Tensor:
        """The tensor of the only output; raises UsageError where there are several."""
        return _only(self.outputs, "output")

    def classes_of(self, door: Door) -> tuple[str, ...]:
        """The names of the classes that are the values of an output; none where they are not known."""
        return self.classes if len(self.classes) == door.tensor.size else ()

    @property
    def tensors(self) -> Iterator[Tensor]:
        """The inputs, then each op's output in order."""
        yield from (door.tensor for door in self.inputs)
        for op in self.ops:
            yield op.output

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return sum(op.macs for op in self.ops)

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return sum(op.parameters for op in self.ops)

    @property
    def sha256(self) -> str:
        """SHA-256 of the TFLite file."""
        return hashlib.sha256(self.source).hexdigest()

    def evaluate(self, x: Given) -> Any:
        """Output codes (N, *shape) of input codes `x` (N, *shape), in integers: an array, or arrays by name.

        A network with state is reset first, and the N inputs follow each other. Raises UsageError when `x` has another
        type or shape.
        """
        return interpreter.evaluate(self, x)

    def invoke(self, x: Given) -> Any:
        """As `evaluate`, in the types of the model file: where it has float32, real values in and out."""
        return interpreter.invoke(self, x)


def _only(doors: tuple[Door, ...], what: str) -> Tensor:
    if len(doors) != 1:
        names = ", ".join(door.name for door in doors)
        raise UsageError(f"the network has {len(doors)} {what}s ({names}), and this takes networks with one.")
    return doors[0].tensor
