"""TRANSPOSE_CONV: each input pixel spreads over a window of the output; what a convolution would read, it writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ..fixed_point import Arithmetic, Array
from .activated import read_activation
from .kernel import KernelCall, Record
from .op import Node
from .records import Weighted, WindowGeometry
from .weighted import WeightedOp, read_bias
from .window import Window


@dataclass(frozen=True, eq=False)
class TransposeConvParams(Record):
    """`geometry` has the input and the output as they are, not those of the convolution."""

    geometry: WindowGeometry
    output_channels: int
    input_zero_point: int
    layer: Weighted


@dataclass(frozen=True, eq=False)
class TransposeConv(WeightedOp):
    """Weights are (output channels, height, width, input channels).

    `window` is that of the convolution from this op's output to its input.
    """

    window: Window
    kind = "transpose_conv"

    @classmethod
    def read(cls, node: Node) -> Self:
        tensor, output = node.tensor(2), node.output
        weights = node.constant(1, "INT8")
        if weights.ndim != 4 or len(tensor.shape) != 4 or len(output.shape) != 4 or tensor.shape[0] != 1:
            node.invalid(f"has weights of shape {list(weights.shape)} and an input of shape {list(tensor.shape)}.")
        channels, height, width, input_channels = weights.shape
        window = Window.over(node, output.shape, (height, width))
        expected = (1, window.height.output, window.width.output, input_channels)
        declared = tuple(node.constant(0, "INT32").ravel().tolist())
        if tensor.shape != expected or output.shape[3] != channels or declared != output.shape:
            node.invalid(f"makes {list(output.shape)} of {list(tensor.shape)}, which its window does not.")
        return cls(
            inputs=(tensor,),
            output=output,
            weights=weights,
            bias=read_bias(node, 3, channels),
            weight_scales=node.weight_scales(1, channel_axis=0),
            activation=read_activation(node),
            window=window,
        )

    @property
    def macs(self) -> int:
        return self.inputs[0].size * (self.weights.size // self.inputs[0].shape[3])

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        x, weights, bias = self.summands(inputs[0])
        accumulator = np.tile(bias, (len(x), *self.output.shape[:-1], 1))
        for ky, kx, pixels, outputs in self.window.taps():
            accumulator[outputs] += x[pixels] @ weights[:, ky, kx, :].T
        return self.requantize(arithmetic, accumulator)

    def kernel_call(self) -> KernelCall:
        _, input_height, input_width, input_channels = self.inputs[0].shape
        _, output_height, output_width, _ = self.output.shape
        geometry = replace(
            self.window.geometry(input_channels),
            input_height=input_height,
            input_width=input_width,
            output_height=output_height,
            output_width=output_width,
        )
        params = TransposeConvParams(geometry, self.channels, self.inputs[0].zero_point, self.weighted)
        return KernelCall("transpose_conv_s8", params, scratch=self.weights.size // self.channels)

    @property
    def describe(self) -> str:
        return f"{self.window} {super().describe}".strip()
