"""DEPTHWISE_CONV_2D: a convolution of each input channel on its own, giving one or several output channels each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..fixed_point import Arithmetic, Array
from .activated import read_activation
from .conv2d import Conv2D
from .op import Node
from .weighted import read_bias
from .window import Window


@dataclass(frozen=True, eq=False)
class DepthwiseConv2D(Conv2D):
    """Weights are (output channels, height, width); `multiplier` consecutive output channels read one input channel."""

    kind = "depthwise_conv2d"
    kernel = "depthwise_conv2d_s8"

    @classmethod
    def read(cls, node: Node) -> Self:
        weights = node.constant(1, "INT8")
        if weights.ndim != 4 or len(weights) != 1:
            node.invalid(f"has weights of shape {list(weights.shape)} instead of [1, height, width, channels].")
        _, height, width, channels = weights.shape
        dilation = node.option("DilationHFactor"), node.option("DilationWFactor")
        window = Window.read(node, (height, width), dilation, channels)
        multiplier = node.option("DepthMultiplier")
        if node.tensor(0).shape[3] * multiplier != channels:
            node.invalid(
                f"gives {channels} channels from {node.tensor(0).shape[3]} with the depth multiplier {multiplier}."
            )
        return cls(
            inputs=(node.tensor(0),),
            output=node.output,
            weights=np.ascontiguousarray(weights[0].transpose(2, 0, 1)),
            bias=read_bias(node, 2, channels),
            weight_scales=node.weight_scales(1, channel_axis=3),
            activation=read_activation(node),
            window=window,
        )

    @property
    def multiplier(self) -> int:
        """Output channels per input channel."""
        return self.channels // self.inputs[0].shape[3]

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        x, weights, bias = self.summands(inputs[0])
        x = np.repeat(x, self.multiplier, axis=-1)
        accumulator = np.tile(bias, (len(x), *self.output.shape[:-1], 1))
        for ky, kx, outputs, pixels in self.window.taps():
            accumulator[outputs] += x[pixels] * weights[:, ky, kx]
        return self.requantize(arithmetic, accumulator)
