"""What the pools share: a window per channel and a fused activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from .activated import ActivatedOp, read_activation
from .kernel import KernelCall, Record
from .op import Node
from .records import Clamp, WindowGeometry
from .window import Window


@dataclass(frozen=True, eq=False)
class PoolParams(Record):
    """A pool of either kind."""

    geometry: WindowGeometry
    clamp: Clamp


@dataclass(frozen=True, eq=False)
class Pool2D(ActivatedOp):
    """A pool over windows of each channel; input and output have the same scale and zero point."""

    window: Window
    kernel: ClassVar[str]

    @classmethod
    def read(cls, node: Node) -> Self:
        tensor, output = node.tensor(0), node.output
        taps = node.option("FilterHeight"), node.option("FilterWidth")
        window = Window.read(node, taps)
        if (tensor.scale, tensor.zero_point) != (output.scale, output.zero_point):
            node.refuse("has different scales at input and output; a pool cannot rescale.")
        return cls((tensor,), output, read_activation(node), window)

    def kernel_call(self) -> KernelCall:
        channels = self.output.shape[3]
        params = PoolParams(self.window.geometry(channels), self.output_codes.clamp)
        # Each channel of a window is read before it is written, and those beside it lie behind.
        return KernelCall(self.kernel, params, leads={0: self.window.lead(channels, channels)})

    @property
    def describe(self) -> str:
        return f"{self.window} {super().describe}".strip()
