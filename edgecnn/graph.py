"""What a network is: ops between int8 tensors, immutable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import interpreter
from .errors import UsageError
from .ops.op import Op
from .tensor import Tensor


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """A network with one input and one output: `ops` are in an order in which they can run."""

    ops: tuple[Op, ...]
    input: Tensor
    output: Tensor
    source: bytes = b""
    """The TFLite file that the graph was read from."""
    notes: tuple[str, ...] = ()
    """What of that file is left to the caller, a sentence each."""

    def __repr__(self) -> str:
        ops = ", ".join(op.kind for op in self.ops)
        return f"Graph({self.input} -> {self.output}: {ops}; {self.parameters:,} parameters, {self.macs:,} MACs)"

    @property
    def tensors(self) -> Iterator[Tensor]:
        """The input, then each op's output in order."""
        yield self.input
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

    def evaluate(self, x: ArrayLike) -> NDArray[np.int8]:
        """Output codes (N, *output.shape[1:]) of input codes `x` (N, *input.shape[1:]), both int8, in integers.

        Raises UsageError when `x` has another type or shape.
        """
        return interpreter.evaluate(self, x)

    def batch(self, x: ArrayLike) -> NDArray[np.int8]:
        """`x` checked and shaped (N, *input.shape); raises UsageError when it is not a batch of input codes."""
        codes = np.asarray(x)
        if codes.dtype != np.int8 or codes.shape[1:] != self.input.shape[1:] or codes.ndim == 0:
            wanted = "x".join(map(str, self.input.shape[1:]))
            given = "x".join(map(str, codes.shape))
            raise UsageError(f"the network takes int8 codes of shape Nx{wanted}, but got {codes.dtype} {given}.")
        return codes.reshape(len(codes), *self.input.shape)
