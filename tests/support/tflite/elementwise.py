"""Ops on each code, and reductions, with the shapes of their outputs worked out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tflite

from tests.support.tflite.raw import Raw


class Elementwise(Raw):
    """Sums, tables and means."""

    def binary(self, code: str, a: int, b: int, out_scale: float, out_zero_point: int, activation: str = "NONE") -> int:
        """Add ADD, SUB or MUL."""
        shape = np.broadcast_shapes(self.tensors[a].shape, self.tensors[b].shape)
        return self.operator(
            code,
            [a, b],
            self.tensor(shape, out_scale, out_zero_point),
            f"{code.capitalize()}Options",
            FusedActivationFunction=getattr(tflite.ActivationFunctionType, activation),
        )

    def mean(self, x: int, axes: Sequence[int], out_scale: float, out_zero_point: int, keep_dims: bool) -> int:
        """Add a mean over axes of 0 or more."""
        sizes = self.tensors[x].shape
        shape = [1 if axis in axes else size for axis, size in enumerate(sizes) if keep_dims or axis not in axes]
        y = self.tensor(shape, out_scale, out_zero_point)
        return self.operator("MEAN", [x, self.constant(axes)], y, "ReducerOptions", KeepDims=keep_dims)

    def softmax(self, x: int, beta: float = 1.0) -> int:
        """Add a softmax over the last dimension, with the output parameters that int8 requires."""
        y = self.tensor(self.tensors[x].shape, 1 / 256, -128)
        return self.operator("SOFTMAX", [x], y, "SoftmaxOptions", Beta=beta)

    def logistic(self, x: int) -> int:
        """Add a sigmoid, with the output parameters that int8 requires."""
        return self.operator("LOGISTIC", [x], self.tensor(self.tensors[x].shape, 1 / 256, -128))

    def tanh(self, x: int) -> int:
        """Add a hyperbolic tangent, with the output parameters that int8 requires."""
        return self.operator("TANH", [x], self.tensor(self.tensors[x].shape, 1 / 128, 0))

    def relu(self, x: int, out_scale: float, out_zero_point: int) -> int:
        """Add a ReLU that stands alone."""
        return self.operator("RELU", [x], self.tensor(self.tensors[x].shape, out_scale, out_zero_point))

    def relu6(self, x: int, out_scale: float, out_zero_point: int) -> int:
        """Add a ReLU6 that stands alone."""
        return self.operator("RELU6", [x], self.tensor(self.tensors[x].shape, out_scale, out_zero_point))

    def leaky_relu(self, x: int, out_scale: float, out_zero_point: int, alpha: float) -> int:
        """Add a leaky ReLU."""
        y = self.tensor(self.tensors[x].shape, out_scale, out_zero_point)
        return self.operator("LEAKY_RELU", [x], y, "LeakyReluOptions", Alpha=alpha)

    def hard_swish(self, x: int, out_scale: float, out_zero_point: int) -> int:
        """Add a hard swish."""
        y = self.tensor(self.tensors[x].shape, out_scale, out_zero_point)
        return self.operator("HARD_SWISH", [x], y, "HardSwishOptions")

    def quantize(self, x: int, out_scale: float, out_zero_point: int, dtype: Any = np.int8) -> int:
        """Add a change of parameters, and of type."""
        y = self.tensor(self.tensors[x].shape, out_scale, out_zero_point, dtype=dtype)
        return self.operator("QUANTIZE", [x], y, "QuantizeOptions")
