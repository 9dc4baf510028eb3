"""RELU, RELU6 and RELU_N1_TO_1 standing alone: rescale, then clamp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import Array, activation_range
from .rescale import RescaleOp


@dataclass(frozen=True, eq=False)
class Relu(RescaleOp):
    """max(0, x)"""

    kind = "relu"
    activation: ClassVar[str] = "RELU"

    @property
    def effective_scale(self) -> np.float64:
        # Unlike QUANTIZE, TFLite divides in float32 here.
        return np.float64(np.float32(self.inputs[0].scale) / np.float32(self.output.scale))

    def codes(self, x: NDArray[np.int64]) -> Array:
        return np.clip(super().codes(x), *activation_range(self.activation, self.output.scale, self.output.zero_point))


@dataclass(frozen=True, eq=False)
class Relu6(Relu):
    """min(max(0, x), 6)"""

    kind = "relu6"
    activation = "RELU6"


@dataclass(frozen=True, eq=False)
class ReluN1To1(Relu):
    """min(max(-1, x), 1)"""

    kind = "relu_n1_to_1"
    activation = "RELU_N1_TO_1"
