"""Small random int8 networks: one to five ops in a row, with random shapes, parameters and corner cases.

An op of several inputs takes constants and earlier tensors beside the one before it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import tflite
from numpy.typing import NDArray

from edgecnn.converters.tflite_file import enumerators
from tests.support.tflite_builder import Builder

_NAMES = enumerators(tflite.BuiltinOperator)
_ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")
_SPREAD = 74.0  # the standard deviation of uniform int8 codes


@dataclass(frozen=True)
class Description:
    """What is in a random model."""

    text: str
    input_shape: tuple[int, ...]  # with the batch dimension, 1
    steps: tuple[
        tuple[str, tuple[int, ...], int], ...
    ]  # what is computed: by which op of the schema, input tensors, output tensor

    @property
    def ops(self) -> frozenset[str]:
        """The names of the ops."""
        return frozenset(name for name, _, _ in self.steps)

    def __str__(self) -> str:
        return self.text


@dataclass
class Chain:
    """The model while it grows: `x` is the tensor to go on from."""

    rng: np.random.Generator
    builder: Builder
    x: int
    history: list[int] = field(default_factory=list)  # earlier tensors
    said: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, rng: np.random.Generator, shape: tuple[int, ...]) -> Self:
        chain = cls(rng, Builder(), 0)
        chain.builder.input(shape, chain.wide(1e-3, 1), chain.zero_point())
        return chain

    @property
    def shape(self) -> tuple[int, ...]:
        return self.builder.tensors[self.x].shape

    @property
    def scale(self) -> float:
        return self.parameters(self.x)[0]

    def parameters(self, x: int) -> tuple[float, int]:
        quantization = self.builder.tensors[x].quantization
        assert quantization
        return quantization[0][0], quantization[1][0]

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def pair(self, low: int, high: int) -> tuple[int, int]:
        first, second = self.rng.integers(low, high + 1, 2).tolist()
        return first, second

    def zero_point(self) -> int:
        special = (-128, 0, 127)
        return int(self.rng.choice(special, p=(0.6, 0.2, 0.2)) if self.chance(0.4) else self.rng.integers(-128, 128))

    def wide(self, low: float, high: float) -> float:
        """A number whose logarithm is uniform."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def rescaled(self, low: float, high: float) -> float:
        """A scale near that of x; chains of small ones end where no interpreter follows."""
        return max(self.scale * self.wide(low, high), 1e-6)

    def activation(self) -> str:
        return str(self.rng.choice(_ACTIVATIONS, p=(0.4, 0.3, 0.2, 0.1)))

    def weights(self, shape: tuple[int, ...]) -> NDArray[Any]:
        limit = int(self.rng.choice((1, 20, 127)))
        return self.rng.integers(-limit, limit + 1, shape).astype(np.int8)

    def bias(self, weights: NDArray[Any]) -> NDArray[Any]:
        limit = self.wide(1, 4) * _typical(weights)
        return self.rng.integers(-int(limit), int(limit) + 1, len(weights))

    def scales(self, weights: NDArray[Any], per_channel: bool) -> tuple[float | list[float], float]:
        """Scales of the weights and of the output that spread the output over part of the range, or saturate it."""
        out = self.wide(3e-3, 0.3) if self.chance(0.9) else self.wide(1e-6, 100)
        center = out / self.scale * self.wide(3, 300) / _typical(weights)
        return [center * self.wide(0.3, 3) for _ in weights] if per_channel else center, out


def _typical(weights: NDArray[Any]) -> float:
    """The size of a typical accumulator."""
    return float(np.sqrt(np.mean(weights.astype(np.float64) ** 2) * weights[0].size) * _SPREAD * 1.5 + 1)


def _convolution(c: Chain) -> str:
    padding, stride = _padding(c), c.pair(1, 3)
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
    return f"{weights.shape} stride {stride} dilation {dilation} {padding} {activation} {_kind(scales)}"


def _depthwise(c: Chain) -> str:
    padding, stride = _padding(c), c.pair(1, 3)
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
    return f"{spread_out.shape} stride {stride} dilation {dilation} {padding} {activation} {_kind(scales)}"


def _binary(code: str) -> Callable[[Chain], str]:
    def op(c: Chain) -> str:
        other, kind = _operand(c)
        first, second = (c.x, other) if c.chance(0.5) else (other, c.x)
        scale1, scale2 = c.parameters(first)[0], c.parameters(second)[0]
        typical = scale1 * scale2 * _SPREAD if code == "MUL" else max(scale1, scale2)
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


def _pool(add: Callable[..., int]) -> Callable[[Chain], str]:
    def pool(c: Chain) -> str:
        padding, stride, activation = _padding(c), c.pair(1, 4), c.activation()
        limits = [4 if padding == "SAME" else min(4, size) for size in c.shape[1:3]]
        height, width = (int(c.rng.integers(1, limit + 1)) for limit in limits)
        c.x = add(c.builder, c.x, (height, width), stride, padding, activation)
        return f"{height}x{width} stride {stride} {padding} {activation}"

    return pool


def _dense(c: Chain) -> str:
    keep = len(c.shape) > 2 and c.chance(0.3)
    per_channel = not keep and c.chance(0.5)  # tflite_runtime 2.14 is wrong for per channel above rank 2
    weights = c.weights((int(c.rng.integers(1, 17)), c.shape[-1] if keep else int(np.prod(c.shape))))
    scales, out_scale = c.scales(weights, per_channel)
    bias, activation = None if c.chance(0.3) else c.bias(weights), c.activation()
    c.x = c.builder.fully_connected(c.x, weights, bias, scales, out_scale, c.zero_point(), activation, keep)
    return f"{weights.shape} keep_num_dims {keep} {activation} {_kind(scales)} bias {bias is not None}"


def _reshape(c: Chain) -> str:
    size = int(np.prod(c.shape))
    height = int(c.rng.choice([n for n in range(1, 13) if size % n == 0]))
    shape = (1, size) if c.chance(0.5) else (1, height, size // height, 1)
    c.x = c.builder.reshape(c.x, shape if c.chance(0.5) else (1, *shape[1:-1], -1))
    return str(shape)


def _transposed(c: Chain) -> str:
    padding, stride = _padding(c), c.pair(1, 3)
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
    return f"{weights.shape} to {size} stride {stride} {padding} {_kind(scales)} bias {bias is not None}"


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


def _few_axes(shape: tuple[int, ...]) -> bool:
    return len(shape) <= 3


def _thin(shape: tuple[int, ...]) -> bool:
    return 1 in shape[1:]


def _summable(shape: tuple[int, ...]) -> bool:
    return shape[-1] <= 512  # TFLite Micro aborts when the exponentials of a softmax add up to more than that


# name: (how often, what shapes it takes, how it is added)
_OPS: dict[str, tuple[int, Callable[[tuple[int, ...]], bool], Callable[[Chain], str]]] = {
    "CONV_2D": (8, _image, _convolution),
    "DEPTHWISE_CONV_2D": (6, _image, _depthwise),
    "ADD": (4, _any, _binary("ADD")),
    "SUB": (2, _any, _binary("SUB")),
    "MUL": (4, _any, _binary("MUL")),
    "MEAN": (2, _image, _mean),
    "CONCATENATION": (4, _any, _concatenation),
    "MAX_POOL_2D": (4, _image, _pool(Builder.max_pool_2d)),
    "AVERAGE_POOL_2D": (4, _image, _pool(Builder.average_pool_2d)),
    "FULLY_CONNECTED": (4, _any, _dense),
    "RESHAPE": (1, _any, _reshape),
    "PAD": (2, _image, _pad),
    "TRANSPOSE_CONV": (3, _image, _transposed),
    "RESIZE_NEAREST_NEIGHBOR": (2, _image, _resize),
    "STRIDED_SLICE": (2, _any, _strided_slice),
    "SPLIT": (2, _any, _split),
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


def random_model(rng: np.random.Generator) -> tuple[bytes, Description]:
    """Return a model of one to five ops and what is in it."""
    height, width, channels = rng.integers(1, (13, 13, 10)).tolist()
    chain = Chain.begin(rng, (1, height, width, channels) if rng.random() < 0.85 else (1, height * width))
    for _ in range(rng.integers(1, 6)):
        add_op(chain)
    return finished(chain)


def random_chain(rng: np.random.Generator) -> tuple[bytes, Description]:
    """Return a model of one to four ops that go by rows, often with something behind them, and what is in it."""
    height, width, channels = rng.integers(1, (14, 10, 6)).tolist()
    chain = Chain.begin(rng, (1, height, width, channels))
    for _ in range(rng.integers(1, 5)):
        add_op(chain, "CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D", "RELU", "TANH")
    if chain.chance(0.5):
        add_op(chain)
    return finished(chain)


def add_op(c: Chain, *names: str) -> None:
    """Go on with a random op, one of `names` if any are given."""
    often = {name: op[0] for name, op in _OPS.items() if op[1](c.shape) and (name in names or not names)}
    shares = np.array(list(often.values())) / sum(often.values())
    name = str(c.rng.choice(list(often), p=shares))
    before = c.x
    c.said.append(f"{name} {_OPS[name][2](c)}".strip())
    c.history.append(before)


def finished(c: Chain) -> tuple[bytes, Description]:
    """The model that ends with c.x, and what is in it."""
    shape = c.builder.tensors[c.builder.inputs[0]].shape
    text = "; ".join([f"input {shape}", *c.said])
    needed, steps = {c.x}, []
    for op in reversed(c.builder.operators):  # an output of SPLIT may be nobody's input
        steps += [(_NAMES[op.code], op.inputs, output) for output in op.outputs if output in needed]
        needed.update(op.inputs)
    return c.builder.finish(c.x), Description(text, shape, tuple(reversed(steps)))


def random_input(rng: np.random.Generator, shape: tuple[int, ...], n: int) -> NDArray[Any]:
    """Return `n` inputs over the full range for an input of this shape, whose batch dimension they take over."""
    return rng.integers(-128, 128, (n, *shape[1:])).astype(np.int8)


def _padding(c: Chain) -> str:
    return str(c.rng.choice(("SAME", "VALID")))


def _kind(scales: float | list[float]) -> str:
    return "per channel" if isinstance(scales, list) else "per tensor"
