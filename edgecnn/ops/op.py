"""What every op states about itself: how it is read, what it computes, what the planner and the generator need."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn, Protocol, Self

from ..fixed_point import Arithmetic, Array
from ..tensor import Tensor
from .kernel import KernelCall


class Node(Protocol):
    """One operator of a model file, as a reader hands it to `Op.read`; every method raises an EdgecnnError."""

    @property
    def output(self) -> Tensor:
        """The output that the op computes."""

    @property
    def output_position(self) -> int:
        """Which of the operator's outputs that is; 0 but for an op with `several_outputs`."""

    @property
    def input_count(self) -> int:
        """Number of inputs that are given (an optional input at the end may be missing)."""

    def tensor(self, position: int) -> Tensor:
        """The activation at an input position."""

    def constant(self, position: int, dtype: str) -> Array:
        """The values of a constant input."""

    def is_constant(self, position: int) -> bool:
        """Whether the file holds the values of an input."""

    def constant_tensor(self, position: int) -> Tensor:
        """The shape and quantization of a constant int8 input, whose shape need not begin with the batch."""

    def weight_scales(self, position: int, channel_axis: int) -> Array:
        """The float32 scales of constant weights with zero point 0: (1,) per tensor or (channels,) per channel."""

    def option(self, name: str) -> Any:
        """An option under its name in the TFLite schema, enumerations by their names."""

    def refuse(self, reason: str) -> NoReturn:
        """Raise UnsupportedError: '<this op> <reason>'."""

    def invalid(self, reason: str) -> NoReturn:
        """Raise InvalidModelError: '<this op> <reason>'."""


@dataclass(frozen=True, eq=False)
class Op(ABC):
    """An operator between tensors."""

    inputs: tuple[Tensor, ...]
    output: Tensor

    kind: ClassVar[str]
    """Name in the field's terms, as shown to users: conv2d, max_pool2d, ..."""

    several_outputs: ClassVar[bool] = False
    """Whether an operator of the file may have several outputs: each that is needed becomes one op."""

    types: ClassVar[frozenset[str]] = frozenset({"int8"})
    """Those that its input and its output may have."""

    @classmethod
    @abstractmethod
    def read(cls, node: Node) -> Self:
        """The op from a model file."""

    @abstractmethod
    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        """Output codes (N, *output.shape) from input codes (N, *shape), in `arithmetic`'s type."""

    @abstractmethod
    def kernel_call(self) -> KernelCall | None:
        """What the generated C calls; None when there is nothing to compute (the output is the input)."""

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return 0

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return 0

    @property
    def accumulator_bound(self) -> int:
        """Largest absolute value that any int32 accumulator of the kernel can reach, at any moment."""
        return 0

    @property
    def describe(self) -> str:
        """A few words for tables: window, stride, activation."""
        return ""

    @property
    def title(self) -> str:
        """The kind and those words."""
        return f"{self.kind} {self.describe}".strip()
