"""The AVR's kernels on simavr: windows of all kinds, one product that is MBQM's two roundings, and what LeNet costs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn import board as boards
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.fixed_point import INTEGERS
from edgecnn.graph import Graph
from edgecnn.lowering.lower import lower
from edgecnn.onboard.profiling import profile
from edgecnn.ops.conv2d import Conv2D
from edgecnn.targets.cores.avr.scales import REACH, scales
from tests.support.emulated import Case, differences
from tests.support.lenet import lenet
from tests.support.tflite_builder import Builder

# Input, whether ops are fused, then filters, height, width, stride, padding, dilation, activation, and what follows: a
# pool, the sum or difference with what went in, or nothing. Or it is depthwise: the filters are those of each channel.
NETWORKS: dict[str, tuple[tuple[int, int, int], bool, list[tuple[Any, ...]]]] = {
    "one channel": (
        (23, 26, 1),
        True,
        [
            (6, 5, 5, (1, 1), "VALID", (1, 1), "RELU", (2, 2)),
            (7, 2, 3, (1, 1), "SAME", (1, 1), "NONE", (2, 2)),  # overlapping, over the edge, three columns
            (3, 1, 1, (1, 1), "VALID", (1, 1), "RELU6", None),  # a pointwise filter
        ],
    ),
    "many channels": (
        (17, 19, 20),
        True,
        [
            (1, 3, 2, (1, 2), "VALID", (1, 1), "RELU6", "depthwise"),
            (9, 3, 2, (2, 1), "SAME", (1, 1), "RELU", (3, 2)),  # six pixels in a pool
            (5, 3, 3, (1, 1), "SAME", (1, 1), "RELU", (2, 2)),
        ],
    ),
    "not fused": (
        (9, 11, 3),
        False,
        [
            (2, 3, 3, (1, 1), "SAME", (1, 1), "NONE", "depthwise"),  # two channels of each
            (6, 3, 3, (1, 1), "SAME", (1, 1), "NONE", "SUB"),
            (6, 1, 1, (1, 1), "SAME", (1, 1), "RELU", "ADD"),
            (5, 5, 5, (1, 1), "SAME", (1, 1), "RELU", (2, 2)),
            (4, 2, 2, (1, 1), "SAME", (2, 2), "NONE", None),  # dilated
            (33, 1, 1, (2, 2), "VALID", (1, 1), "NONE", None),
        ],
    ),
    "dilated": (
        (15, 14, 2),
        True,
        [
            (4, 3, 3, (1, 1), "VALID", (2, 1), "NONE", (1, 2)),
            (3, 3, 3, (1, 1), "SAME", (1, 2), "RELU", (2, 2)),
        ],
    ),
}
SERVED = {
    "add_linear_s8",
    "conv2d_four_s8",
    "conv2d_max_pool2d_four_s8",
    "conv2d_max_pool2d_2x2_s8",
    "depthwise_conv2d_four_s8",
    "fully_connected_four_s8",
}


def _network(about: str, rng: np.random.Generator) -> Graph:
    shape, _, steps = NETWORKS[about]
    builder = Builder()
    x = builder.input((1, *shape), 0.5, -3)

    def weights(*size: int) -> tuple[NDArray[Any], NDArray[Any], list[float]]:
        center = 1 / (74 * np.sqrt(np.prod(size[1:])))  # products of noise spread over the whole range of the output
        values = rng.integers(-127, 128, size).astype(np.int8)
        return values, rng.integers(-3000, 3000, size[0]), [float(v) for v in center * rng.uniform(0.3, 3, size[0])]

    for filters, height, width, stride, padding, dilation, activation, pool in steps:
        depth = builder.tensors[x].shape[3]
        form, zero_point = (stride, padding, dilation, activation), int(rng.integers(-128, 100))
        if pool == "depthwise":
            values, bias, factors = weights(filters * depth, height, width)
            spread = values.transpose(1, 2, 0)[np.newaxis]
            x = builder.depthwise_conv2d(x, spread, bias, factors, 0.5, zero_point, *form)
            continue
        values, bias, factors = weights(filters, height, width, depth)
        before, x = x, builder.conv2d(x, values, bias, factors, 0.5, zero_point, *form)
        if pool in ("ADD", "SUB"):
            x = builder.binary(pool, x, before, 0.83, -7, activation)  # no ties
        elif pool:
            x = builder.max_pool_2d(x, pool, pool, "VALID", "NONE")
    for channels in (21, 3):
        values, bias, factors = weights(channels, int(np.prod(builder.tensors[x].shape)))
        factors[0] *= 3000  # a multiplier above 1
        x = builder.fully_connected(x, values, bias, factors, 0.5, 7, "NONE", False)
    return graph_of(builder.finish(x))


def test_every_byte_of_every_layer_is_numpys(tmp_path: Path) -> None:
    cases, served = [], set()
    for seed, (about, (shape, fuse, _)) in enumerate(NETWORKS.items()):
        rng = np.random.default_rng(seed)
        graph = _network(about, rng)
        cases.append(Case(about, graph, rng.integers(-128, 128, (2, *shape)).astype(np.int8), fuse, "speed"))
        calls = [step.call for step in lower(graph, "avr", "speed", fuse=fuse).steps if step.call]
        assert {call.folder for call in calls if call.kernel != "max_pool2d_s8"} == {"avr"}
        served |= {call.kernel for call in calls if call.folder}
    assert served == SERVED
    assert differences(boards.load("arduino_mega_2560"), "avr", cases, tmp_path) == []


def _pointwise(scale: float, zero_point: int, activation: str) -> Conv2D:
    b = Builder()
    x = b.input((1, 1, 1, 1), 1.0, 0)
    x = b.conv2d(x, np.ones((1, 1, 1, 1), np.int8), [0], [scale], 1.0, zero_point, activation=activation)
    (op,) = graph_of(b.finish(x)).ops
    assert isinstance(op, Conv2D)
    return op


@pytest.mark.parametrize("activation", ["NONE", "RELU"])
def test_one_product_is_exactly_mbqm(activation: str) -> None:
    rng = np.random.default_rng(len(activation))
    for _ in range(40):
        scale, zero_point = float(np.exp(rng.uniform(np.log(1e-4), np.log(4)))), int(rng.integers(-128, 128))
        op, reach = _pointwise(scale, zero_point, activation), int(min(REACH, 300 / scale))
        rows = scales(op, np.array([5]), np.array([reach]), *op.clamp)
        assert rows is not None
        sums = np.unique(np.clip(rng.integers(-reach - 5, reach - 4, 20_000), -reach - 5, reach - 5))
        multipliers, shifts = op.multipliers
        codes = np.clip(INTEGERS.mbqm(sums + 5, int(multipliers[0]), int(shifts[0])) + zero_point, *op.clamp)
        np.testing.assert_array_equal(_as_scale24(rows[0].tolist(), sums, zero_point, *op.clamp), codes)


def _as_scale24(row: list[int], sums: NDArray[Any], zero_point: int, low: int, high: int) -> NDArray[Any]:
    """What scale24.h does."""

    def number(first: int, size: int) -> int:
        return int.from_bytes(bytes(row[first : first + size]), "little")

    a = (sums + number(0, 3) + 2**23) % 2**24 - 2**23
    codes = np.empty_like(a)
    for side, (sign, last) in zip((8, 14), ((1, high), (-1, low)), strict=True):
        here = (a < 0) == (sign < 0)
        u = abs(a[here])
        shifted = (u << 8 * row[7]).astype(object)
        scaled = (shifted * number(3, 4) + (number(side + 3, 3) << 16) >> 40).astype(np.int64)
        codes[here] = np.where(u >= number(side, 3), last, zero_point + sign * scaled)
    return codes


def test_what_could_leave_24_bits_is_left_to_the_plain_kernel() -> None:
    op = _pointwise(1e-3, 0, "NONE")
    assert scales(op, np.array([0]), np.array([REACH]), *op.clamp) is not None
    assert scales(op, np.array([0]), np.array([REACH + 1]), *op.clamp) is None


def test_a_scale_that_makes_every_sum_the_same_code() -> None:
    op = _pointwise(1e-10, 3, "NONE")
    rows = scales(op, np.array([0]), np.array([1000]), *op.clamp)
    assert rows is not None
    sums = np.arange(-1000, 1001)
    assert set(_as_scale24(rows[0].tolist(), sums, 3, *op.clamp).tolist()) == {3}


def test_lenet_costs_no_more(tmp_path: Path) -> None:
    write_c(graph_of(lenet()), tmp_path / "c", name="lenet", target="avr", optimize="speed")
    cost = profile(tmp_path / "c", "arduino_mega_2560", emulated=True)
    assert cost.unit == "cycles"
    assert cost.count <= 4_500_000
    assert (cost.static_ram or 0) + (cost.stack_bound or 0) <= 2_400
