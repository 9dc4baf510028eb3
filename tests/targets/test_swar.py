"""Two codes in a word: what the kernels read, run here as they run it; tests on emulated boards run the kernels."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.fixed_point import INTEGERS
from edgecnn.lowering.lower import lower
from edgecnn.ops.weighted import WeightedOp
from edgecnn.targets.cores.rv32imc import SWAR, ChannelPairs
from edgecnn.targets.techniques.swar import ScaleParams
from edgecnn.targets.techniques.swar import groups as groups_of
from edgecnn.targets.techniques.thumb import SwarDense
from tests.support.tflite_builder import Builder

WORD = 2**32


@pytest.mark.parametrize("seed", range(8))
def test_sums_of_a_stream(seed: int) -> None:
    """swar/thumb: groups stay within their lanes for the worst codes; the sums and the biases are the accumulators."""
    rng = np.random.default_rng(seed)
    depth, channels = int(rng.integers(1, 80)), int(rng.integers(1, 10))
    weights = _weights(rng, channels, depth)
    op, params = _fully_connected(weights, rng)
    stream = params.stream.view(np.uint32).astype(np.int64).tolist()
    worst = [np.where(weights[0] < 0, 0, 255), np.where(weights[-1] < 0, 255, 0)]
    for codes in (*worst, *rng.integers(0, 256, (4, depth))):
        sums = _run([*codes.tolist(), 0][: depth + depth % 2], stream)[:channels]
        accumulators = weights.astype(np.int64) @ (codes - 128 - op.inputs[0].zero_point) + op.bias
        scales = params.arithmetic.scales.reshape(-1, 5).astype(np.int64)
        ours = [_code(int(s), row, params.arithmetic.scale) for s, row in zip(sums, scales, strict=True)]
        assert ours == op.requantize(INTEGERS, accumulators).tolist()


@pytest.mark.parametrize("seed", range(8))
def test_sums_of_pairs_of_channels(seed: int) -> None:
    """As swar/riscv/swar_s8.h adds them: no lane leaves its 16 bits, and the sums less the starts are the products."""
    rng = np.random.default_rng(seed)
    depth = 2 * int(rng.integers(1, 50))
    weights = _weights(rng, 6, depth).astype(np.int64)
    stream, starts = SWAR.stream(weights.reshape(-1, 2, depth))
    assert isinstance(stream, ChannelPairs)
    assert stream.pairs == 3
    group, term = iter(stream.starts.astype(np.int64)), iter(stream.weights.reshape(-1, 2).astype(np.int64))
    codes = rng.integers(0, 2, (2, depth)) * 255  # of two windows, in two lanes
    sums, pair, position = np.zeros((6, 2), np.int64), 0, 0
    for steps in stream.steps:
        if steps == 0:
            assert position == depth
            pair, position = pair + 1, 0
            continue
        lanes = np.array([[next(group)], [next(group)]]) & 0xFFFF
        for _ in range(2 * steps):
            lanes = lanes + next(term)[:, None] * codes[:, position]
            position += 1
        assert lanes.min() >= 0
        assert lanes.max() < 1 << 16
        sums[2 * pair : 2 * pair + 2] += lanes
    assert (sums - starts.reshape(-1, 1)).tolist() == (weights @ codes.T).tolist()


@pytest.mark.parametrize("limit", [1, 20, 128])
def test_groups(limit: int) -> None:
    """They are the weights in order; none spans more than 16 bits, and none could take the two terms behind it."""
    weights = np.random.default_rng(limit).integers(-limit, limit, (4, 90))
    groups = list(groups_of(weights))
    assert np.concatenate(groups, axis=1).tolist() == weights.tolist()
    for group, after in pairwise(groups):
        assert 255 * np.abs(group).sum(axis=1).max() < 65536
        more = np.concatenate([group, after[:, :2]], axis=1)
        assert 255 * np.abs(more).sum(axis=1).max() >= 65536 or group.shape[1] == 32


@pytest.mark.parametrize("seed", range(6))
def test_short_requantization_at_every_step(seed: int) -> None:
    """Where a code begins, just before, and anywhere; behind a ReLU few channels go the long way."""
    rng = np.random.default_rng(100 + seed)
    op, params = _fully_connected(_weights(rng, 24, 30), rng)
    scales = params.arithmetic.scales.reshape(-1, 5).astype(np.int64)
    if op.clamp[0] >= op.output.zero_point:
        assert np.mean(scales[:, 1] == 0) <= 0.25
    offset = scales[:, 0]
    for channel, row in enumerate(scales):
        reach = int(255 * np.abs(op.weights[channel].astype(np.int64)).sum()) + 70000
        sums = np.unique(np.concatenate([rng.integers(-reach, reach, 300), np.arange(-40, 40) - offset[channel]]))
        base = _base(op, channel)
        expected = op.requantize(INTEGERS, np.repeat((sums + base)[:, None], op.channels, axis=1))[:, channel]
        ours = [_code(int(s), row, params.arithmetic.scale) for s in sums]
        assert ours == expected.tolist(), channel


def _base(op: WeightedOp, channel: int) -> int:
    """What is added to a sum of the stream to get the accumulator."""
    weights = op.weights[channel].astype(np.int64)
    block = op.weights[channel // 4 * 4 : channel // 4 * 4 + 4].astype(np.int64)
    block = np.pad(block, ((0, 0), (0, block.shape[1] % 2)))
    starts = sum(255 * int(np.maximum(-group[channel % 4], 0).sum()) for group in groups_of(block))
    return int(op.bias[channel]) - (op.inputs[0].zero_point + 128) * int(weights.sum()) - starts


def _weights(rng: np.random.Generator, channels: int, depth: int) -> NDArray[Any]:
    limit = int(rng.choice((1, 30, 127)))
    return rng.integers(-limit - (limit == 127), limit + 1, (channels, depth)).astype(np.int8)


def _fully_connected(weights: NDArray[Any], rng: np.random.Generator) -> tuple[WeightedOp, SwarDense]:
    b = Builder()
    x = b.input((1, weights.shape[1]), 0.05, int(rng.integers(-128, 128)))
    bias = rng.integers(-3000, 3000, len(weights))
    typical = float(np.abs(weights.astype(np.int64)).sum(axis=1).mean()) * 40 + 1
    scales = [float(100 / typical / 0.05 * 0.1 * rng.uniform(0.2, 2)) for _ in weights]
    activation = str(rng.choice(("NONE", "RELU", "RELU", "RELU6")))
    y = b.fully_connected(x, weights, bias, scales, 0.1, int(rng.integers(-128, 128)), activation)
    (step,) = lower(graph_of(b.finish(y)), "cortex-m0plus", "speed").steps
    (op,) = step.ops
    assert isinstance(op, WeightedOp)
    assert step.call
    assert step.call.kernel == "fully_connected_swar_s8"
    assert isinstance(step.call.params, SwarDense)
    return op, step.call.params


def _run(codes: list[int], stream: list[int]) -> list[int]:
    """The loop of swar_s8.h, four channels at a time."""
    sums: list[int] = []
    at, code = 0, 0
    totals, uppers = [0, 0], [0, 0]
    while True:
        first, second, jump = stream[at : at + 3]
        at += 3
        jump -= WORD if jump >= WORD // 2 else 0
        if jump == -2:
            return sums
        if jump == 0:
            assert first == 4 * len(codes)
            for total, upper in zip(totals, uppers, strict=True):
                sums += [(total - (upper << 16)) % WORD, upper]
            totals, uppers, code = [0, 0], [0, 0], 0
            continue
        words = [first, second]
        assert (-26 - jump) % 20 == 0
        for _ in range((-26 - jump) // 20 * 2):
            for lane in range(2):
                words[lane] = (words[lane] + stream[at + lane] * codes[code]) % WORD
            at, code = at + 2, code + 1
        for lane in range(2):
            totals[lane] = (totals[lane] + words[lane]) % WORD
            uppers[lane] += words[lane] >> 16


def _code(total: int, scale: NDArray[Any], params: ScaleParams) -> int:
    """The code of scale_s8.h, with unsigned words."""
    bias, limit, factor, rounding, rest = (int(value) for value in scale)
    a = (total + bias + WORD // 2) % WORD - WORD // 2
    low, high, shift = params.output.clamp.output_min, params.output.clamp.output_max, params.shift
    if limit == 0:
        scaled = int(INTEGERS.mbqm(np.array([a]), factor, rounding)[0])
        return min(max(scaled + params.output.output_zero_point, low), high)
    if a <= 0 or a >= limit:
        return low if a <= 0 else high
    factor, rounding = factor % WORD, rounding % WORD
    words = [(a >> shift) * factor, (a % (1 << shift)) * factor, a * rest]
    assert max(words) < WORD
    scaled = words[0] + (words[1] >> shift) + (words[2] >> (8 + shift)) + rounding
    assert scaled < WORD
    return low + (scaled >> 24)
