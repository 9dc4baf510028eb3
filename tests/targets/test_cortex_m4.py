"""The Cortex-M4's kernels: one rounding that is MBQM's two, and what LeNet costs."""

from pathlib import Path

import numpy as np
import pytest

from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.fixed_point import INTEGERS
from edgecnn.interpreter import trace
from edgecnn.lowering.lower import lower
from edgecnn.onboard.connect import attached
from edgecnn.onboard.profiling import profile
from edgecnn.targets.cores.cortex_m4.scales import scales
from tests.support.lenet import lenet


@pytest.mark.parametrize("bits", [2, 8])
def test_one_rounding_is_exactly_mbqm(bits: int) -> None:
    rng = np.random.default_rng(bits)
    bound = 2 ** (30 - bits)
    for _ in range(300):
        multiplier = int(rng.choice([2**30, 2**31 - 1, rng.integers(2**30, 2**31)]))
        shift, zero_point = int(rng.integers(-12, bits - 1)), int(rng.integers(-128, 128))
        tie = (2 * rng.integers(-200, 200, 500) + 1) * 2.0 ** (30 - shift) / multiplier  # the second rounding's ties
        near = np.rint(tie)[:, None] + [-1, 0, 1]
        x = np.concatenate([near.ravel(), rng.integers(-bound, bound, 500), [-1, 0, 1, -bound, bound]]).astype(np.int64)
        x = x[abs(x) <= min(bound, (2**31 - 1) >> max(shift, 0))]
        words = scales((np.array([multiplier]), np.array([shift])), zero_point, bound, bits)
        assert words is not None
        offset, _, below_zero, right = map(int, words[0])
        high = (x << bits) * multiplier >> 32
        codes = (high + offset + np.where(x < 0, below_zero, 0)) >> right
        np.testing.assert_array_equal(codes, INTEGERS.mbqm(x, multiplier, shift) + zero_point)


def test_what_would_leave_int32_is_refused() -> None:
    half = np.array([2**30]), np.array([0])
    assert scales(half, 0, 2**29 - 1, 2) is not None
    assert scales(half, 0, 2**29, 2) is None
    assert scales((half[0], np.array([1])), 0, 1, 2) is None  # a multiplier of 1 needs a bit more
    assert scales((half[0], np.array([-22])), 0, 1, 2) is None


@pytest.mark.parametrize(("optimize", "instructions", "ram"), [("speed", 400_000, 6_000), ("balanced", 600_000, 4_000)])
def test_lenet_is_exact_and_costs_no_more(optimize: str, instructions: int, ram: int, tmp_path: Path) -> None:
    graph = graph_of(lenet())
    write_c(graph, tmp_path / "c", name="lenet", target="cortex-m4", optimize=optimize)
    x = np.random.default_rng(1).integers(-128, 128, (1, *graph.input.shape[1:])).astype(np.int8)
    expected = trace(graph, x)
    with attached(tmp_path / "c", "mps2_an386", emulated=True) as device:
        layers = device.trace(x[0])
    for step, codes in zip((step for step in lower(graph).steps if step.call), layers, strict=True):
        np.testing.assert_array_equal(codes, expected[step.output].ravel())
    cost = profile(tmp_path / "c", "mps2_an386", emulated=True)
    assert cost.count <= instructions
    assert (cost.static_ram or 0) + (cost.stack_bound or 0) <= ram
