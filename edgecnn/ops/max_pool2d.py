"""MAX_POOL_2D: the largest code of each window, then the clamp of the fused activation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..fixed_point import INT8_MIN, Arithmetic, Array
from .pool2d import Pool2D
from .records import Pooling


@dataclass(frozen=True, eq=False)
class MaxPool2D(Pool2D):
    """Padding never wins: only real inputs are compared."""

    kind = "max_pool2d"
    kernel = "max_pool2d_s8"

    @property
    def pooling(self) -> Pooling:
        """What a kernel is told that computes the convolution before it, too."""
        height, width = self.window.height, self.window.width
        return Pooling(height.taps, width.taps, height.stride, width.stride, height.output, width.output)

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        x = inputs[0]
        largest = np.full((len(x), *self.output.shape), INT8_MIN, arithmetic.dtype)
        for _, _, outputs, pixels in self.window.taps():
            largest[outputs] = np.maximum(largest[outputs], x[pixels])
        return np.clip(largest, *self.clamp)
