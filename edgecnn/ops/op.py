"""What every op states about itself: how it is read, what it computes, what the planner and the generator need."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NoReturn, Protocol, Self

from ..fixed_point import Arithmetic, Array
from ..tensor import Tensor


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


Params = dict[str, int | Array]
"""Of a kernel's struct, by field: `a.b` is a field of a struct within it, an array a pointer to constants."""


@dataclass(frozen=True)
class KernelCall:
    """The C side of an op: `edgecnn_KERNEL(&params, inputs..., output)`, then `scratch` where the kernel needs some.

    `params` are the fields of `edgecnn_KERNEL_params` in order, `a.b` being field b of its struct a; arrays become
    constants in flash.
    """

    kernel: str
    params: Params
    scratch: int = 0
    """Bytes for the kernel's own use."""
    leads: Mapping[int, int] = field(default_factory=dict)
    """Inputs that the output may overwrite, by their position: how many bytes each must begin after the output at
    least, so that no byte is written before it is read (0: the kernel works in place; negative: it may begin before).
    """
    joins: bool = False
    """Whether an input that lies at its lead exactly need not be copied."""
    constants: Mapping[int, Array] = field(default_factory=dict)
    """Inputs in flash, by their position among the kernel's inputs."""
    gathers: bool = False
    """Whether the kernel takes its inputs, as many as there are, as one array of pointers."""
    folder: str = ""
    """Where in firmware/runtime its source is: a core's own folder, or the plain kernels beside them."""
    alignment: int = 1
    """Of its arrays in flash, in bytes, where the kernel is faster for it."""


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
