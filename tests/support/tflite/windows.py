"""Ops with weights or windows, with the shapes of their outputs worked out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tflite
from numpy.typing import ArrayLike, NDArray

from tests.support.tflite.raw import Raw


class Windows(Raw):
    """Convolutions, pools and dense layers."""

    def conv2d(
        self,
        x: int,
        weights: NDArray[Any],
        bias: ArrayLike | None,
        weight_scales: float | Sequence[float],
        out_scale: float,
        out_zero_point: int,
        stride: tuple[int, int] = (1, 1),
        padding: str = "VALID",
        dilation: tuple[int, int] = (1, 1),
        activation: str = "NONE",
    ) -> int:
        """Add a convolution with int8 weights (out, height, width, in), quantized per output channel or per tensor."""
        reach = [(size - 1) * spread + 1 for size, spread in zip(weights.shape[1:3], dilation, strict=True)]
        shape = (*self._window(x, reach, stride, padding), len(weights))
        inputs = [x, self.constant(weights, weight_scales, dtype=np.int8), self._bias(x, bias, weight_scales)]
        return self.operator(
            "CONV_2D",
            inputs[: 2 if bias is None else 3],
            self.tensor(shape, out_scale, out_zero_point),
            "Conv2DOptions",
            **_strided(stride, padding, activation),
            DilationHFactor=dilation[0],
            DilationWFactor=dilation[1],
        )

    def depthwise_conv2d(
        self,
        x: int,
        weights: NDArray[Any],
        bias: ArrayLike,
        weight_scales: float | Sequence[float],
        out_scale: float,
        out_zero_point: int,
        stride: tuple[int, int] = (1, 1),
        padding: str = "VALID",
        dilation: tuple[int, int] = (1, 1),
        activation: str = "NONE",
    ) -> int:
        """Add a convolution per channel with int8 weights (1, height, width, out), out a multiple of x's channels."""
        reach = [(size - 1) * spread + 1 for size, spread in zip(weights.shape[1:3], dilation, strict=True)]
        channels = weights.shape[3]
        return self.operator(
            "DEPTHWISE_CONV_2D",
            [x, self.constant(weights, weight_scales, 3, dtype=np.int8), self._bias(x, bias, weight_scales)],
            self.tensor((*self._window(x, reach, stride, padding), channels), out_scale, out_zero_point),
            "DepthwiseConv2DOptions",
            **_strided(stride, padding, activation),
            DilationHFactor=dilation[0],
            DilationWFactor=dilation[1],
            DepthMultiplier=channels // self.tensors[x].shape[3],
        )

    def transpose_conv(
        self,
        x: int,
        weights: NDArray[Any],
        bias: ArrayLike | None,
        weight_scales: float | Sequence[float],
        out_scale: float,
        out_zero_point: int,
        size: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        padding: str = "VALID",
    ) -> int:
        """Add a transposed convolution to an output of `size`, with int8 weights (out, height, width, in)."""
        shape = (1, *size, len(weights))
        inputs = [self.constant(shape), self.constant(weights, weight_scales, dtype=np.int8), x]
        inputs += [] if bias is None else [self._bias(x, bias, weight_scales)]
        options = {"Padding": getattr(tflite.Padding, padding), "StrideH": stride[0], "StrideW": stride[1]}
        y = self.tensor(shape, out_scale, out_zero_point)
        return self.operator("TRANSPOSE_CONV", inputs, y, "TransposeConvOptions", **options)

    def max_pool_2d(self, x: int, *window: Any, **options: Any) -> int:
        """Add a max pooling; the arguments are those of `average_pool_2d`."""
        return self._pool("MAX_POOL_2D", x, *window, **options)

    def average_pool_2d(
        self,
        x: int,
        size: tuple[int, int],
        stride: tuple[int, int],
        padding: str = "VALID",
        activation: str = "NONE",
    ) -> int:
        """Add an average pooling; its output has the parameters of its input."""
        return self._pool("AVERAGE_POOL_2D", x, size, stride, padding, activation)

    def fully_connected(
        self,
        x: int,
        weights: NDArray[Any],
        bias: ArrayLike | None,
        weight_scales: float | Sequence[float],
        out_scale: float,
        out_zero_point: int,
        activation: str = "NONE",
        keep_num_dims: bool = False,
    ) -> int:
        """Add a dense layer with int8 weights (out, in); without `keep_num_dims` its output has rank 2."""
        source = self.tensors[x].shape
        rows = source[:-1] if keep_num_dims else (int(np.prod(source)) // weights.shape[1],)
        return self.operator(
            "FULLY_CONNECTED",
            [x, self.constant(weights, weight_scales, dtype=np.int8), self._bias(x, bias, weight_scales)],
            self.tensor((*rows, len(weights)), out_scale, out_zero_point),
            "FullyConnectedOptions",
            6 if bias is None else 5 if keep_num_dims else None,
            FusedActivationFunction=getattr(tflite.ActivationFunctionType, activation),
            KeepNumDims=keep_num_dims,
        )

    def _window(self, x: int, reach: Sequence[int], stride: Sequence[int], padding: str) -> tuple[int, int, int]:
        lost = [size - 1 if padding == "VALID" else 0 for size in reach]
        batch, *sizes, _ = self.tensors[x].shape
        height, width = (-(-(size - gone) // step) for size, gone, step in zip(sizes, lost, stride, strict=True))
        return batch, height, width

    def _pool(
        self,
        code: str,
        x: int,
        size: tuple[int, int],
        stride: tuple[int, int],
        padding: str = "VALID",
        activation: str = "NONE",
    ) -> int:
        y = self._like(x, (*self._window(x, size, stride, padding), self.tensors[x].shape[-1]))
        options = _strided(stride, padding, activation)
        return self.operator(code, [x], y, "Pool2DOptions", **options, FilterHeight=size[0], FilterWidth=size[1])

    def _bias(self, x: int, bias: ArrayLike | None, weight_scales: float | Sequence[float]) -> int:
        if bias is None:
            return -1
        quantization = self.tensors[x].quantization
        scale = np.float32(quantization[0][0] if quantization else 1) * np.asarray(weight_scales, np.float32)
        return self.constant(bias, scale)


def _strided(stride: tuple[int, int], padding: str, activation: str) -> dict[str, int]:
    return {
        "Padding": getattr(tflite.Padding, padding),
        "StrideH": stride[0],
        "StrideW": stride[1],
        "FusedActivationFunction": getattr(tflite.ActivationFunctionType, activation),
    }
