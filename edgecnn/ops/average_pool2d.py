"""AVERAGE_POOL_2D: the mean of the raw codes of each window, rounded half away from zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..fixed_point import Arithmetic, Array
from .pool2d import Pool2D


@dataclass(frozen=True, eq=False)
class AveragePool2D(Pool2D):
    """Only real inputs are counted: a window at a padded border averages fewer taps."""

    kind = "average_pool2d"
    kernel = "average_pool2d_s8"

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        x = inputs[0]
        total = arithmetic.array(np.zeros((len(x), *self.output.shape)))
        count = arithmetic.array(np.zeros((1, *self.output.shape)))
        for _, _, outputs, pixels in self.window.taps():
            total[outputs] += x[pixels]
            count[outputs] += 1
        return np.clip(arithmetic.divide_half_away(total, count), *self.clamp)

    @property
    def accumulator_bound(self) -> int:
        # The sum of a window, and half the count that rounding adds to it.
        return 129 * self.window.height.taps * self.window.width.taps
