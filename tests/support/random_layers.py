"""Layers with weights or windows, of random shapes and parameters."""

from collections.abc import Callable

import numpy as np

from tests.support.chain import Chain


def convolution(c: Chain) -> str:
    padding, stride = padding_of(c), c.pair(1, 3)
    dilation = c.pair(1, 2) if c.chance(0.2) else (1, 1)
    sizes = zip(c.shape[1:3], dilation, strict=True)
    limits = [5 if padding == "SAME" else min(5, (size - 1) // spread + 1) for size, spread in sizes]
    kernel = [int(c.rng.integers(1, limit + 1)) for limit in limits]
    weights = c.weights((int(c.rng.integers(1, 10)), *kernel, c.shape[3]))
    scales, out_scale = c.scales(weights, per_channel=c.chance(0.7))
    activation = c.activation()  # and always a bias: tflite_runtime refuses an int8 convolution without
    c.x = c.builder.conv2d(
        c.x, weights, c.bias(weights), scales, out_scale, c.zero_point(), stride, padding, dilation, activation
    )
    return f"{weights.shape} stride {stride} dilation {dilation} {padding} {activation} {kind_of(scales)}"


def depthwise(c: Chain) -> str:
    padding, stride = padding_of(c), c.pair(1, 3)
    dilation = c.pair(1, 2) if c.chance(0.2) else (1, 1)
    sizes = zip(c.shape[1:3], dilation, strict=True)
    limits = [5 if padding == "SAME" else min(5, (size - 1) // spread + 1) for size, spread in sizes]
    multiplier = int(c.rng.choice((1, 1, 1, 2, 3)))
    weights = c.weights((c.shape[3] * multiplier, *(int(c.rng.integers(1, limit + 1)) for limit in limits)))
    scales, out_scale = c.scales(weights, per_channel=c.chance(0.7))
    bias, activation, spread_out = c.bias(weights), c.activation(), weights.transpose(1, 2, 0)[np.newaxis]
    c.x = c.builder.depthwise_conv2d(
        c.x, spread_out, bias, scales, out_scale, c.zero_point(), stride, padding, dilation, activation
    )
    return f"{spread_out.shape} stride {stride} dilation {dilation} {padding} {activation} {kind_of(scales)}"


def pooling(add: Callable[..., int]) -> Callable[[Chain], str]:
    def pool(c: Chain) -> str:
        padding, stride, activation = padding_of(c), c.pair(1, 4), c.activation()
        limits = [4 if padding == "SAME" else min(4, size) for size in c.shape[1:3]]
        height, width = (int(c.rng.integers(1, limit + 1)) for limit in limits)
        c.x = add(c.builder, c.x, (height, width), stride, padding, activation)
        return f"{height}x{width} stride {stride} {padding} {activation}"

    return pool


def dense(c: Chain) -> str:
    keep = len(c.shape) > 2 and c.chance(0.3)
    per_channel = not keep and c.chance(0.5)  # tflite_runtime 2.14 is wrong for per channel above rank 2
    weights = c.weights((int(c.rng.integers(1, 17)), c.shape[-1] if keep else int(np.prod(c.shape))))
    scales, out_scale = c.scales(weights, per_channel)
    bias, activation = None if c.chance(0.3) else c.bias(weights), c.activation()
    c.x = c.builder.fully_connected(c.x, weights, bias, scales, out_scale, c.zero_point(), activation, keep)
    return f"{weights.shape} keep_num_dims {keep} {activation} {kind_of(scales)} bias {bias is not None}"


def transposed(c: Chain) -> str:
    padding, stride = padding_of(c), c.pair(1, 3)
    kernel = c.pair(1, 4)
    weights = c.weights((int(c.rng.integers(1, 6)), *kernel, c.shape[3]))
    least = [1 if padding == "SAME" else taps for taps in kernel]  # of the sizes that give as many windows
    size = [
        (pixels - 1) * step + first + int(c.rng.integers(0, step))
        for pixels, step, first in zip(c.shape[1:3], stride, least, strict=True)
    ]
    scales, out_scale = c.scales(weights, per_channel=c.chance(0.7))
    bias = c.bias(weights) if c.chance(0.7) else None
    c.x = c.builder.transpose_conv(
        c.x, weights, bias, scales, out_scale, c.zero_point(), (size[0], size[1]), stride, padding
    )
    return f"{weights.shape} to {size} stride {stride} {padding} {kind_of(scales)} bias {bias is not None}"


def padding_of(c: Chain) -> str:
    return str(c.rng.choice(("SAME", "VALID")))


def kind_of(scales: float | list[float]) -> str:
    return "per channel" if isinstance(scales, list) else "per tensor"
