"""Every op of random networks: how often, on what shapes, and with what parameters."""

from collections.abc import Callable

import numpy as np

from tests.support.chain import SPREAD, Chain
from tests.support.random_layers import convolution, dense, depthwise, pooling, transposed
from tests.support.tflite_builder import Builder


def _binary(code: str) -> Callable[[Chain], str]:
    def op(c: Chain) -> str:
        other, kind = _operand(c)
        first, second = (c.x, other) if c.chance(0.5) else (other, c.x)
        scale1, scale2 = c.parameters(first)[0], c.parameters(second)[0]
        typical = scale1 * scale2 * SPREAD if code == "MUL" else max(scale1, scale2)
        activation = c.activation()
        c.x = c.builder.binary(code, first, second, max(typical * c.wide(0.3, 5), 1e-6), c.zero_point(), activation)
        return f"{kind} {activation}"

    return op


def _operand(c: Chain) -> tuple[int, str]:
    """A second operand for c.x: computed earlier where one fits, else constant."""
    fitting = [x for x in [*c.history, c.x] if _broadcast(c.builder.tensors[x].shape, c.shape)]
    if c.chance(0.5):
        x = int(c.rng.choice(fitting))
        return x, f"tensor {x}"
    shape = [size if c.chance(0.6) else 1 for size in c.shape][int(c.rng.integers(0, len(c.shape) + 1)) :]
    codes = c.rng.integers(-128, 128, shape)
    return c.builder.tensor(shape, c.scale * c.wide(0.1, 10), c.zero_point(), data=codes), f"constant {shape}"


def _broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return all(1 in pair or pair[0] == pair[1] for pair in zip(reversed(a), reversed(b), strict=False))


def _mean(c: Chain) -> str:
    axes = [1, 2] if c.chance(0.8) else [int(c.rng.integers(1, 4))]
    scale, zero_point = (c.rescaled(0.1, 2), c.zero_point()) if c.chance(0.8) else c.parameters(c.x)
    keep = c.chance(0.5)
    c.x = c.builder.mean(c.x, axes, scale, zero_point, keep)
    return f"axes {axes} keep_dims {keep}"


def _concatenation(c: Chain) -> str:
    """With earlier tensors of a fitting shape, brought to the same parameters first, and with itself."""
    axis = int(c.rng.integers(1, len(c.shape)))
    inputs = [c.x]
    for x in c.rng.permutation([*c.history, c.x])[:3].tolist():
        shape = c.builder.tensors[x].shape
        if len(shape) == len(c.shape) and all(
            a == b or i == axis for i, (a, b) in enumerate(zip(shape, c.shape, strict=True))
        ):
            same = c.parameters(x) == c.parameters(c.x)
            inputs.insert(int(c.rng.integers(0, 2)), x if same else c.builder.quantize(x, *c.parameters(c.x)))
    c.x = c.builder.concatenation(inputs, axis - len(c.shape) if c.chance(0.5) else axis)
    return f"axis {axis} of {inputs}"


def _reshape(c: Chain) -> str:
    size = int(np.prod(c.shape))
    height = int(c.rng.choice([n for n in range(1, 13) if size % n == 0]))
    shape = (1, size) if c.chance(0.5) else (1, height, size // height, 1)
    c.x = c.builder.reshape(c.x, shape if c.chance(0.5) else (1, *shape[1:-1], -1))
    return str(shape)


def _resize(c: Chain) -> str:
    size = c.pair(1, 16)
    corners, centers = ((False, False), (True, False), (False, True))[int(c.rng.integers(0, 3))]
    c.x = c.builder.resize_nearest(c.x, size, corners, centers)
    return f"to {size} align_corners {corners} half_pixel_centers {centers}"


def _strided_slice(c: Chain) -> str:
    parts: list[slice | int] = [slice(None)]
    for size in c.shape[1:]:
        first, last = sorted(c.rng.integers(0, size, 2).tolist())
        step = int(c.rng.integers(1, 4))
        if c.chance(0.2) and len(c.shape) == 4:
            parts.append(first - size if c.chance(0.5) else first)
        elif c.chance(0.2):
            parts.append(slice(last, first - 1 if first else None, -step))
        else:
            parts.append(slice(first if c.chance(0.7) else None, last + 1 if c.chance(0.7) else None, step))
    c.x = c.builder.strided_slice(c.x, parts)
    return str(parts[1:])


def _transpose(c: Chain) -> str:
    order = [0, *(c.rng.permutation(len(c.shape) - 1) + 1).tolist()]
    c.x = c.builder.transpose(c.x, order)
    return str(order)


def _split(c: Chain) -> str:
    axis = int(c.rng.integers(1, len(c.shape)))
    parts = int(c.rng.choice([n for n in range(1, 5) if c.shape[axis] % n == 0]))
    outputs = c.builder.split(c.x, parts, axis)
    c.history += outputs
    c.x = int(c.rng.choice(outputs))
    return f"{parts} along {axis}, tensor {c.x}"


def _pad_v2(c: Chain) -> str:
    paddings, code = [(0, 0), c.pair(0, 3), c.pair(0, 3), c.pair(0, 1)], int(c.rng.integers(-128, 128))
    c.x = c.builder.pad_v2(c.x, paddings, code)
    return f"{paddings[1:]} with {code}"


def _expand_dims(c: Chain) -> str:
    axis = int(c.rng.integers(1, len(c.shape) + 1))
    c.x = c.builder.expand_dims(c.x, axis)
    return f"{axis}"


def _leaky_relu(c: Chain) -> str:
    alpha, scale, zero_point = c.wide(0.01, 1.5), c.rescaled(0.2, 5), c.zero_point()
    c.x = c.builder.leaky_relu(c.x, scale, zero_point, alpha)
    return f"alpha {alpha:.4g} scale {scale:.4g} zero point {zero_point}"


def _pad(c: Chain) -> str:
    paddings = [(0, 0), c.pair(0, 3), c.pair(0, 3), (0, 0)]
    c.x = c.builder.pad(c.x, paddings)
    return str(paddings[1:3])


def _requantized(add: Callable[[Builder, int, float, int], int]) -> Callable[[Chain], str]:
    def op(c: Chain) -> str:
        scale, zero_point = c.rescaled(0.2, 5), c.zero_point()
        c.x = add(c.builder, c.x, scale, zero_point)
        return f"scale {scale:.4g} zero point {zero_point}"

    return op


def _softmax(c: Chain) -> str:
    beta = float(c.rng.choice((1.0, 1.0, 0.5, 2.0, c.wide(0.1, 10))))
    c.x = c.builder.softmax(c.x, beta)
    return f"beta {beta:.4g}"


def _table_op(add: Callable[[Builder, int], int]) -> Callable[[Chain], str]:
    def op(c: Chain) -> str:
        c.x = add(c.builder, c.x)
        return ""

    return op


def _any(shape: tuple[int, ...]) -> bool:
    return True


def _image(shape: tuple[int, ...]) -> bool:
    return len(shape) == 4


def _axes(shape: tuple[int, ...]) -> bool:
    return len(shape) > 1  # beside the batch: SQUEEZE may leave that alone


def _few_axes(shape: tuple[int, ...]) -> bool:
    return len(shape) <= 3


def _thin(shape: tuple[int, ...]) -> bool:
    return 1 in shape[1:]


def _summable(shape: tuple[int, ...]) -> bool:
    return shape[-1] <= 512  # TFLite Micro aborts when the exponentials of a softmax add up to more than that


# name: (how often, what shapes it takes, how it is added)
OPS: dict[str, tuple[int, Callable[[tuple[int, ...]], bool], Callable[[Chain], str]]] = {
    "CONV_2D": (8, _image, convolution),
    "DEPTHWISE_CONV_2D": (6, _image, depthwise),
    "ADD": (4, _any, _binary("ADD")),
    "SUB": (2, _any, _binary("SUB")),
    "MUL": (4, _any, _binary("MUL")),
    "MEAN": (2, _image, _mean),
    "CONCATENATION": (4, _axes, _concatenation),
    "MAX_POOL_2D": (4, _image, pooling(Builder.max_pool_2d)),
    "AVERAGE_POOL_2D": (4, _image, pooling(Builder.average_pool_2d)),
    "FULLY_CONNECTED": (4, _any, dense),
    "RESHAPE": (1, _any, _reshape),
    "PAD": (2, _image, _pad),
    "TRANSPOSE_CONV": (3, _image, transposed),
    "RESIZE_NEAREST_NEIGHBOR": (2, _image, _resize),
    "STRIDED_SLICE": (2, _any, _strided_slice),
    "SPLIT": (2, _axes, _split),
    "TRANSPOSE": (2, _any, _transpose),
    "PADV2": (1, _image, _pad_v2),
    "SQUEEZE": (1, _thin, _table_op(Builder.squeeze)),
    "EXPAND_DIMS": (1, _few_axes, _expand_dims),
    "LEAKY_RELU": (2, _any, _leaky_relu),
    "HARD_SWISH": (2, _any, _requantized(Builder.hard_swish)),
    "RELU": (2, _any, _requantized(Builder.relu)),
    "RELU6": (1, _any, _requantized(Builder.relu6)),
    "QUANTIZE": (2, _any, _requantized(Builder.quantize)),
    "SOFTMAX": (2, _summable, _softmax),
    "LOGISTIC": (1, _any, _table_op(Builder.logistic)),
    "TANH": (1, _any, _table_op(Builder.tanh)),
}
