"""What the pools share: a window per channel and a fused activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from ..fixed_point import activation_range
from .op import KernelCall, Node, Op
from .weighted import read_activation
from .window import Window


@dataclass(frozen=True, eq=False)
class Pool2D(Op):
    """A pool over windows of each channel; input and output have the same scale and zero point."""

    window: Window
    activation: str
    kernel: ClassVar[str]

    @classmethod
    def read(cls, node: Node) -> Self:
        tensor, output = node.tensor(0), node.output
        taps = node.option("FilterHeight"), node.option("FilterWidth")
        window = Window.read(node, taps)
        if (tensor.scale, tensor.zero_point) != (output.scale, output.zero_point):
            node.refuse("has different scales at input and output; a pool cannot rescale.")
        return cls((tensor,), output, window, read_activation(node))

    @property
    def clamp(self) -> tuple[int, int]:
        """Lowest and highest output code."""
        return activation_range(self.activation, self.output.scale, self.output.zero_point)

    @property
    def in_place(self) -> bool:
        return self.window.in_place

    def kernel_call(self) -> KernelCall:
        low, high = self.clamp
        params = {**self.window.params(self.output.shape[3]), "output_min": low, "output_max": high}
        return KernelCall(self.kernel, params)

    @property
    def describe(self) -> str:
        return f"{self.window} {self.activation.lower()}" if self.activation != "NONE" else str(self.window)
