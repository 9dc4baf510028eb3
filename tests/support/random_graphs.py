"""Random int8 networks with branches: residual, Inception, dense, squeezing, hourglass and split blocks in a row."""

from collections.abc import Callable, Sequence

import numpy as np

from tests.support.chain import Chain
from tests.support.random_models import Description, add_op, finished


def random_graph(rng: np.random.Generator) -> tuple[bytes, Description]:
    """Return a model of one to three blocks, with something before, between and behind them, and what is in it."""
    height, width, channels = rng.integers((3, 3, 1), (9, 9, 7)).tolist()
    c = Chain.begin(rng, (1, height, width, channels))
    for _ in range(rng.integers(1, 4)):
        if c.chance(0.5):
            _convolve(c, int(rng.integers(1, 7)))
        name = str(rng.choice(list(_BLOCKS)))
        c.said.append(f"{name} block of tensor {c.x}")
        _BLOCKS[name](c)
        if c.chance(0.4):
            add_op(c, "MAX_POOL_2D", "AVERAGE_POOL_2D", "RELU", "PAD", "QUANTIZE")
    if c.chance(0.6):
        add_op(c, "MEAN", "RESHAPE", "AVERAGE_POOL_2D")
        add_op(c, "FULLY_CONNECTED")
    return finished(c)


def _convolve(c: Chain, channels: int, *, kernel: int = 0, depthwise: bool = False) -> None:
    """A convolution that keeps height and width."""
    taps = (kernel, kernel) if kernel else c.pair(1, 3)
    weights = c.weights((channels, *taps, 1 if depthwise else c.shape[3]))
    scales, out_scale = c.scales(weights, per_channel=c.chance(0.7))
    arguments = c.bias(weights), scales, out_scale, c.zero_point()
    if depthwise:
        codes = weights.transpose(3, 1, 2, 0)
        c.x = c.builder.depthwise_conv2d(c.x, codes, *arguments, padding="SAME", activation=c.activation())
    else:
        c.x = c.builder.conv2d(c.x, weights, *arguments, padding="SAME", activation=c.activation())


def _any_convolution(c: Chain) -> None:
    if c.chance(0.3):
        _convolve(c, c.shape[3], depthwise=True)
    else:
        _convolve(c, int(c.rng.integers(1, 6)))


def _pool(c: Chain) -> None:
    add = c.builder.max_pool_2d if c.chance(0.5) else c.builder.average_pool_2d
    c.x = add(c.x, c.pair(1, 3), (1, 1), "SAME")


def _add(c: Chain, a: int, b: int, code: str = "ADD") -> None:
    first, second = (a, b) if c.chance(0.5) else (b, a)
    scale = max(c.parameters(first)[0], c.parameters(second)[0]) * c.wide(0.5, 3)
    c.x = c.builder.binary(code, first, second, scale, c.zero_point(), c.activation())


def _join(c: Chain, parts: Sequence[int], axis: int = 3) -> None:
    """The parts in random order, brought to the parameters of one of them."""
    scale, zero_point = c.parameters(int(c.rng.choice(parts)))
    order = c.rng.permutation(parts).tolist()
    same = [x if c.parameters(x) == (scale, zero_point) else c.builder.quantize(x, scale, zero_point) for x in order]
    c.x = c.builder.concatenation(same, axis)


def _residual(c: Chain) -> None:
    """Two convolutions and a shortcut, which may have a convolution of its own."""
    x, channels = c.x, c.shape[3]
    _any_convolution(c)
    _convolve(c, channels)
    main, c.x = c.x, x
    if c.chance(0.3):
        _convolve(c, channels, kernel=1)
    _add(c, main, c.x)


def _inception(c: Chain) -> None:
    """Two to four branches of one or two layers side by side, the wide ones written first, as files have them."""
    x, ends = c.x, []
    for _ in range(c.rng.integers(2, 5)):
        c.x = x
        for _ in range(c.rng.integers(1, 3)):
            (_pool if c.chance(0.3) else _any_convolution)(c)
        ends.append(c.x)
    if c.chance(0.3):
        ends.append(x)
    _join(c, ends)


def _dense(c: Chain) -> None:
    """Every layer reads all before it."""
    for _ in range(c.rng.integers(2, 4)):
        x = c.x
        _convolve(c, int(c.rng.integers(1, 4)))
        _join(c, [x, c.x])


def _squeeze(c: Chain) -> None:
    """Channels weighted by what they hold on average."""
    x = c.x
    c.x = c.builder.mean(c.x, (1, 2), c.rescaled(0.2, 1), c.zero_point(), True)
    _convolve(c, c.builder.tensors[x].shape[3], kernel=1)
    c.x = c.builder.logistic(c.x)
    gate = c.x
    c.x = c.builder.binary("MUL", x, gate, c.parameters(x)[0] * c.wide(0.5, 1), c.zero_point())


def _hourglass(c: Chain) -> None:
    """Down, up again, and beside it what was there before."""
    x, (_, height, width, _) = c.x, c.shape
    c.x = c.builder.max_pool_2d(c.x, (2, 2), (2, 2), "SAME")
    _any_convolution(c)
    if c.chance(0.5):
        c.x = c.builder.resize_nearest(c.x, (height, width), False, c.chance(0.5))
    else:
        weights = c.weights((int(c.rng.integers(1, 4)), 2, 2, c.shape[3]))
        scales, out_scale = c.scales(weights, per_channel=c.chance(0.7))
        bias, zero_point = c.bias(weights), c.zero_point()
        c.x = c.builder.transpose_conv(
            c.x, weights, bias, scales, out_scale, zero_point, (height, width), (2, 2), "SAME"
        )
    _join(c, [x, c.x])


def _split(c: Chain) -> None:
    """A part goes on, a part waits; joined again along any axis."""
    axis = int(c.rng.integers(1, 4))
    parts = int(c.rng.choice([n for n in (1, 2, 3) if c.shape[axis] % n == 0]))
    first, *rest = c.builder.split(c.x, parts, axis)
    c.x = first
    _convolve(c, c.shape[3])
    _join(c, [c.x, *rest], axis)


_BLOCKS: dict[str, Callable[[Chain], None]] = {
    "residual": _residual,
    "inception": _inception,
    "dense": _dense,
    "squeeze": _squeeze,
    "hourglass": _hourglass,
    "split": _split,
}
