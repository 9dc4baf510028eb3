"""CONV_2D: y = clamp(requantize(sum w * (x - zero_point) + bias)); padding contributes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from ..fixed_point import Arithmetic, Array
from .activated import read_activation
from .kernel import KernelCall
from .op import Node
from .records import ConvGeometry, Convolution, DilatedWindow
from .weighted import WeightedOp, read_bias
from .window import Window


@dataclass(frozen=True, eq=False)
class Conv2D(WeightedOp):
    """Two-dimensional convolution; weights are (output channels, height, width, input channels)."""

    window: Window
    kind = "conv2d"
    kernel: ClassVar[str] = "conv2d_s8"

    @classmethod
    def read(cls, node: Node) -> Self:
        weights = node.constant(1, "INT8")
        if weights.ndim != 4:
            node.invalid(f"has weights of {weights.ndim} dimensions instead of 4.")
        channels, height, width, input_channels = weights.shape
        dilation = node.option("DilationHFactor"), node.option("DilationWFactor")
        window = Window.read(node, (height, width), dilation, channels)
        if node.tensor(0).shape[3] != input_channels:
            node.refuse(
                f"is a grouped convolution ({node.tensor(0).shape[3]} input channels, {input_channels} per filter); "
                "split it into one convolution per group."
            )
        return cls(
            inputs=(node.tensor(0),),
            output=node.output,
            weights=weights,
            bias=read_bias(node, 2, channels),
            weight_scales=node.weight_scales(1, channel_axis=0),
            activation=read_activation(node),
            window=window,
        )

    @property
    def macs(self) -> int:
        return self.output.size * (self.weights.size // self.channels)

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        x, weights, bias = self.summands(inputs[0])
        accumulator = np.tile(bias, (len(x), *self.output.shape[:-1], 1))
        for ky, kx, outputs, pixels in self.window.taps():
            accumulator[outputs] += x[pixels] @ weights[:, ky, kx, :].T
        return self.requantize(arithmetic, accumulator)

    @property
    def dilated_window(self) -> DilatedWindow:
        """Where the windows lie, as kernels are told it."""
        window = self.window.geometry(self.inputs[0].shape[3])
        return DilatedWindow(window, self.window.height.dilation, self.window.width.dilation)

    @property
    def geometry(self) -> ConvGeometry:
        """And what is under those that reach over the edge."""
        return ConvGeometry(self.dilated_window, self.channels, self.inputs[0].zero_point)

    @property
    def convolution(self) -> Convolution:
        """All that the plain kernel is told."""
        return Convolution(self.geometry, self.weighted)

    def kernel_call(self) -> KernelCall:
        depth = self.inputs[0].shape[3]
        leads = {0: self.window.lead(depth, self.channels)}
        scratch = self.window.height.taps * self.window.width.taps * depth
        return KernelCall(self.kernel, self.convolution, scratch, leads)

    @property
    def describe(self) -> str:
        return f"{self.window} {super().describe}".strip()
