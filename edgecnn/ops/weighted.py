"""What convolutions and fully connected layers share: int8 weights, int32 biases, one requantization per channel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import INT8_MIN, Arithmetic, Array, quantize_multipliers
from .activated import ActivatedOp
from .op import Node
from .records import Requantization, Weighted


@dataclass(frozen=True, eq=False)
class WeightedOp(ActivatedOp):
    """`weights` int8 (channels, ...), `bias` int32 (channels,), `weight_scales` float32 (1,) or (channels,)."""

    weights: NDArray[np.int8]
    bias: NDArray[np.int32]
    weight_scales: NDArray[np.float32]

    @property
    def effective_scales(self) -> NDArray[np.float64]:
        """Input scale * weight scale / output scale: float64 (1,) or (channels,)."""
        return np.float64(self.inputs[0].scale) * self.weight_scales.astype(np.float64) / np.float64(self.output.scale)

    @property
    def channels(self) -> int:
        """Number of output channels."""
        return len(self.weights)

    @cached_property
    def multipliers(self) -> tuple[Array, Array]:
        """Quantized multipliers and shifts of `effective_scales`, one per channel."""
        multipliers, shifts = quantize_multipliers(self.effective_scales)
        return np.broadcast_to(multipliers, self.channels), np.broadcast_to(shifts, self.channels)

    def summands(self, codes: Array) -> tuple[Array, Array, Array]:
        """Input minus zero point, weights and bias as floats: NumPy multiplies matrices of these by BLAS, exactly.

        No sum of their products, in whichever order, leaves the `accumulator_bound`: float32 holds integers of 24 bits,
        float64 of 53.
        """
        exact = np.dtype(np.float32 if self.accumulator_bound < 2**24 else np.float64)
        centred: Array = codes.astype(exact) - np.asarray(self.inputs[0].zero_point, exact)
        return centred, self.weights.astype(exact), self.bias.astype(exact)

    def requantize(self, arithmetic: Arithmetic, accumulator: Array) -> Array:
        """Output codes of accumulators (..., channels)."""
        codes = arithmetic.mbqm(arithmetic.array(accumulator), *self.multipliers) + self.output.zero_point
        return np.clip(codes, *self.clamp)

    @property
    def parameters(self) -> int:
        return self.weights.size + self.bias.size

    @cached_property
    def accumulator_bound(self) -> int:
        """From the real weights: |bias| + sum |w| * (|zero_point| + max |x|), then the left shift of a multiplier > 1.

        That is at least |bias - zero_point * sum w| + sum |w x|, in whichever order a kernel adds.
        """
        reach = abs(self.inputs[0].zero_point) - INT8_MIN
        weights = np.abs(self.weights.reshape(self.channels, -1).astype(np.int64)).sum(axis=1)
        bounds = np.abs(self.bias.astype(np.int64)) + weights * reach
        # Even of an accumulator that is always 0: the kernel shifts 1, too.
        return max(max(int(b), 1) << max(int(s), 0) for b, s in zip(bounds, self.multipliers[1], strict=True))

    @property
    def weighted(self) -> Weighted:
        """Constants, zero point and clamp as kernels are told them."""
        multipliers, shifts = self.multipliers
        weights = self.weights.reshape(self.channels, -1).astype(np.int64).sum(axis=1)
        folded = self.bias.astype(np.int64) - self.inputs[0].zero_point * weights
        requantization = Requantization(multipliers.astype(np.int32), shifts.astype(np.int8))
        return Weighted(self.output_codes, self.weights, folded.astype(np.int32), requantization)


def read_bias(node: Node, position: int, channels: int) -> NDArray[np.int32]:
    """The int32 bias (channels,); zeros where the file leaves it out."""
    if position >= node.input_count:
        return np.zeros(channels, np.int32)
    bias: NDArray[np.int32] = node.constant(position, "INT32")
    if bias.shape != (channels,):
        node.invalid(f"has {bias.size} biases for {channels} output channels.")
    return bias
