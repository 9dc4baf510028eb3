"""FULLY_CONNECTED: one dot product per output channel, for each row of the input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import Arithmetic, Array
from .activated import read_activation
from .kernel import KernelCall, Record
from .op import Node
from .records import DenseShape, Weighted
from .weighted import WeightedOp, read_bias


@dataclass(frozen=True, eq=False)
class Dense(Record):
    """A fully connected layer."""

    shape: DenseShape
    layer: Weighted


@dataclass(frozen=True, eq=False)
class FullyConnected(WeightedOp):
    """Weights are (output channels, depth); the input is read as rows of `depth` codes."""

    kind = "fully_connected"

    @classmethod
    def read(cls, node: Node) -> Self:
        weights = node.constant(1, "INT8")
        if weights.ndim != 2:
            node.invalid(f"has weights of {weights.ndim} dimensions instead of 2.")
        if node.option("WeightsFormat") != "DEFAULT":
            node.refuse("has shuffled weights; convert the model again without that option.")
        channels, depth = weights.shape
        tensor = node.tensor(0)
        if tensor.size % depth or node.output.size != tensor.size // depth * channels:
            node.invalid(f"maps {tensor.size} values to {node.output.size} with weights of {channels}x{depth}.")
        return cls(
            inputs=(tensor,),
            output=node.output,
            weights=weights,
            bias=read_bias(node, 2, channels),
            weight_scales=node.weight_scales(1, channel_axis=0),
            activation=read_activation(node),
        )

    @property
    def effective_scales(self) -> NDArray[np.float64]:
        # With one scale for all weights TFLite takes the product in float32, with one per channel in float64.
        wide = np.dtype(np.float32 if len(self.weight_scales) == 1 else np.float64)
        product = np.asarray(self.inputs[0].scale, wide) * self.weight_scales.astype(wide)
        scales: NDArray[np.float64] = product.astype(np.float64) / np.float64(self.output.scale)
        return scales

    @property
    def rows(self) -> int:
        """Number of input rows; 1 for a plain dense layer."""
        return self.inputs[0].size // self.weights.shape[1]

    @property
    def macs(self) -> int:
        return self.rows * self.weights.size

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        x, weights, bias = self.summands(inputs[0])
        accumulator = x.reshape(-1, weights.shape[1]) @ weights.T + bias
        return self.requantize(arithmetic, accumulator).reshape(-1, *self.output.shape)

    @property
    def shape(self) -> DenseShape:
        """Its sizes, as kernels are told them."""
        return DenseShape(self.rows, self.weights.shape[1], self.channels)

    def kernel_call(self) -> KernelCall:
        return KernelCall("fully_connected_s8", Dense(self.shape, self.weighted))
