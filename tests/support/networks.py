"""Random networks for cores that compute many channels and pixels at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.graph import Graph
from tests.support.tflite_builder import Builder


def network(rng: np.random.Generator) -> Graph:
    """Convolutions, with pools or not, and fully connected layers: small and odd shapes, many and few channels."""
    b = Builder()
    height, width = rng.integers(1, 14, 2).tolist()
    depth = int(rng.choice((1, 2, 3, 5, 16, 20)))
    x = b.input((1, height, width, depth), 0.05, _zero_point(rng))
    for _ in range(rng.integers(1, 3)):
        x = _convolution(b, rng, x, depthwise=rng.random() < 0.3)
        if rng.random() < 0.6:
            size = tuple(int(rng.integers(1, min(3, axis) + 1)) for axis in b.tensors[x].shape[1:3])
            stride = tuple(int(taps + rng.integers(0, 2)) for taps in size)
            x = b.max_pool_2d(x, size, stride)
    if rng.random() < 0.7:
        several_rows = rng.random() < 0.3
        shape = b.tensors[x].shape
        weights = _weights(rng, (int(rng.integers(1, 150)), shape[-1] if several_rows else int(np.prod(shape))))
        scales, bias = _scales(rng, weights, False), _bias(rng, weights)
        activation = str(rng.choice(("NONE", "RELU")))
        x = b.fully_connected(x, weights, bias, scales, 0.05, _zero_point(rng), activation, several_rows)
    return graph_of(b.finish(x))


def _convolution(b: Builder, rng: np.random.Generator, x: int, *, depthwise: bool) -> int:
    shape = b.tensors[x].shape
    padding = str(rng.choice(("SAME", "VALID")))
    dilation = tuple(rng.integers(1, 3, 2).tolist()) if rng.random() < 0.3 else (1, 1)
    taps = []
    for size, spread in zip(shape[1:3], dilation, strict=True):
        taps.append(int(rng.integers(1, (5 if padding == "SAME" else min(5, (size - 1) // spread + 1)) + 1)))
    stride = tuple(rng.integers(1, 4, 2).tolist()) if rng.random() < 0.5 else (1, 1)
    if depthwise:
        weights = _weights(rng, (shape[3] * int(rng.choice((1, 1, 2))), *taps))
    else:
        weights = _weights(rng, (int(rng.choice((1, 3, 6, 8, 9, 16, 17, 40))), *taps, shape[3]))
    scales, bias = _scales(rng, weights, True), _bias(rng, weights)
    activation = str(rng.choice(("NONE", "RELU", "RELU6")))
    how = (bias, scales, 0.05, _zero_point(rng), stride, padding, dilation, activation)
    return b.depthwise_conv2d(x, weights.transpose(1, 2, 0)[None], *how) if depthwise else b.conv2d(x, weights, *how)


def _zero_point(rng: np.random.Generator) -> int:
    return int(rng.choice((-128, 0, 127, int(rng.integers(-128, 128)))))


def _weights(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    limit = int(rng.choice((1, 127)))
    return rng.integers(-limit, limit + 1, shape).astype(np.int8)


def _typical(weights: NDArray[Any]) -> float:
    return 75 * float(np.sqrt((weights.astype(float) ** 2).mean() * weights[0].size)) + 1


def _bias(rng: np.random.Generator, weights: NDArray[Any]) -> NDArray[Any]:
    limit = int(_typical(weights))
    return rng.integers(-limit, limit + 1, len(weights))


def _scales(rng: np.random.Generator, weights: NDArray[Any], per_channel: bool) -> list[float] | float:
    """Multipliers that fill the range of codes, and some of 1 and above."""
    multipliers = np.exp(rng.uniform(np.log(10), np.log(300), len(weights))) / _typical(weights)
    if rng.random() < 0.3:
        multipliers[rng.random(len(weights)) < 0.5] = rng.uniform(1, 40)
    return multipliers.tolist() if per_channel else float(multipliers[0])
