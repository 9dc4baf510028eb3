"""WebAssembly's kernels in Node.js: random layers, and every rounding at its edges, byte for byte."""

from pathlib import Path

import numpy as np
import pytest

from edgecnn import board as boards
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.graph import Graph
from edgecnn.lowering.lower import lower
from edgecnn.targets.cores.wasm_simd import BLOCKS
from tests.support.emulated import Case, differences
from tests.support.networks import network
from tests.support.random_models import random_input
from tests.support.tflite_builder import Builder

NETWORKS, INPUTS = 16, 3
CODES = np.arange(-128, 128).astype(np.int8).reshape(1, 16, 16, 1)


def _pointwise(channels: list[tuple[float, int]]) -> Graph:
    """A convolution that adds a bias to each code and scales the sum; `channels` are scales and biases."""
    b = Builder()
    x = b.input(CODES.shape, 1.0, 0)
    scales, biases = zip(*channels, strict=True)
    weights = np.ones((len(channels), 1, 1, 1), np.int8)
    return graph_of(b.finish(b.conv2d(x, weights, list(biases), list(scales), 1.0, 0)))


def _edges() -> Graph:
    """Accumulators beside ties of both roundings, for all shifts; scales of 0, and so large that codes saturate."""
    signed = [(shift, sign * n) for shift in range(31) for n in (1, 3, 5) if n << shift <= 2**30 for sign in (1, -1)]
    ties = [(2.0 ** -(shift + 1), n << shift) for shift, n in signed]
    between = [(0.7 * 2.0**-shift, n << shift) for shift, n in signed]
    extremes = [(2.0**-40, 2**30), (1.0, 0), (1 - 2.0**-24, 0), (3.9e6, 0), (3.9e6, -1), (2.0**-31, 2**30)]
    return _pointwise([*ties, *between, *extremes])


def test_every_byte_of_every_layer(tmp_path: Path) -> None:
    cases = [Case("roundings", _edges(), CODES, True, "balanced")]
    for seed in range(NETWORKS):
        rng = np.random.default_rng(seed)
        graph = network(rng)
        cases.append(
            Case(f"network {seed}", graph, random_input(rng, graph.input.shape, INPUTS), seed % 3 != 1, "speed")
        )
    calls = [step.call for case in cases for step in lower(case.graph, "wasm-simd", fuse=case.fuse).steps if step.call]
    served = {call.kernel for call in calls if call.folder == BLOCKS.folder}
    assert served == {"conv2d_blocks_s8", "conv2d_max_pool2d_blocks_s8", "fully_connected_blocks_s8"}
    assert calls[0].folder == BLOCKS.folder
    assert differences(boards.load("wasm"), "wasm-simd", cases, tmp_path) == []


@pytest.mark.parametrize(("shift", "folder"), [(-30, BLOCKS.folder), (-31, "")])
def test_a_shift_that_is_no_factor_is_left_to_the_plain_kernel(shift: int, folder: str) -> None:
    (step,) = lower(_pointwise([(2.0 ** (shift - 1), 0)]), "wasm-simd").steps
    assert step.call
    assert step.call.folder == folder
