"""The Cortex-M55's kernels on its emulator: every byte of every layer is NumPy's, for noise, windows of all kinds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn import board as boards
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.graph import Graph
from edgecnn.interpreter import trace
from edgecnn.lowering.lower import lower
from edgecnn.onboard.connect import attached
from tests.support.emulated import Case, differences
from tests.support.tflite_builder import Builder

# filters, height, width, stride, padding, dilation, activation, then pool (or none)
CHAINS = {
    "one channel": (
        (23, 26, 1),
        [
            (6, 5, 5, (1, 1), "VALID", (1, 1), "RELU", (2, 2)),  # gathered
            (7, 3, 3, (1, 1), "SAME", (1, 1), "NONE", None),  # 54 taps: rows, over the edge
            (3, 1, 1, (1, 1), "VALID", (1, 1), "RELU6", None),  # a pointwise filter
            (5, 3, 3, (1, 1), "SAME", (1, 2), "RELU", (3, 2)),  # few taps, dilated, six pixels in a pool
            (17, 2, 1, (1, 1), "VALID", (1, 1), "NONE", None),
        ],
    ),
    "many channels": (
        (17, 19, 20),
        [
            (9, 3, 2, (2, 1), "SAME", (1, 1), "RELU", None),
            (33, 1, 1, (1, 1), "VALID", (1, 1), "NONE", (1, 3)),
            (4, 2, 2, (1, 1), "SAME", (2, 2), "RELU", (3, 2)),  # rows, dilated
            (2, 2, 3, (1, 1), "SAME", (1, 1), "NONE", None),
        ],
    ),
}


@pytest.mark.parametrize("chain", CHAINS)
def test_every_byte_of_every_layer_is_numpys(chain: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(len(chain))
    shape, steps = CHAINS[chain]
    builder = Builder()
    x = builder.input((1, *shape), 0.5, -3)

    def weights(*size: int) -> tuple[NDArray[Any], NDArray[Any], list[float]]:
        taps = int(np.prod(size[1:]))
        center = 1 / (74 * np.sqrt(taps))  # products of noise spread over the whole range of the output
        values = rng.integers(-127, 128, size).astype(np.int8)
        return values, rng.integers(-3000, 3000, size[0]), [float(v) for v in center * rng.uniform(0.3, 3, size[0])]

    for filters, height, width, stride, padding, dilation, activation, pool in steps:
        values, bias, scales = weights(filters, height, width, builder.tensors[x].shape[3])
        zero_point = int(rng.integers(-128, 100))
        x = builder.conv2d(x, values, bias, scales, 0.5, zero_point, stride, padding, dilation, activation)
        if pool:
            x = builder.max_pool_2d(x, pool, pool, "VALID", "NONE")
    for channels in (21, 3):
        size = int(np.prod(builder.tensors[x].shape))
        values, bias, scales = weights(channels, size)
        scales[0] *= 3000  # a multiplier above 1
        x = builder.fully_connected(x, values, bias, scales, 0.5, 7, "NONE", False)
    graph = graph_of(builder.finish(x))
    codes = rng.integers(-128, 128, (3, *shape)).astype(np.int8)
    expected = trace(graph, codes)
    steps_run = [step for step in lower(graph, "cortex-m55", "speed").steps if step.call]
    assert all(step.call.folder == "cortex_m55" for step in steps_run if step.call)
    write_c(graph, tmp_path / "model", name="model", target="cortex-m55", optimize="speed")
    with attached(tmp_path / "model", "mps3_an547", emulated=True) as device:
        for i, image in enumerate(codes):
            for step, got in zip(steps_run, device.trace(image.ravel()), strict=True):
                np.testing.assert_array_equal(got, expected[step.output][i].ravel(), step.title)


CHANNELS = (1, 3, 4, 5, 7, 8, 12, 16, 17, 24, 31, 33, 64)
ACTIVATIONS = ("NONE", "RELU", "RELU6")
T = TypeVar("T")


class Block:
    """A depthwise convolution, 1x1 and 3x3 ones, their sum or difference, another depthwise one, a pool, a mean: random
    in all else."""

    def __init__(self, seed: int) -> None:
        self.rng, self.builder = np.random.default_rng(seed), Builder()

    def graph(self) -> Graph:
        shape = (1, *self.rng.integers(3, 12, 2).tolist(), self.pick(CHANNELS))
        x = self.depthwise(self.builder.input(shape, 0.3, self.zero_point()), self.pick((1, 1, 2, 3)))
        x = self.conv(x, self.pick(CHANNELS), 1)
        y = self.conv(x, self.builder.tensors[x].shape[3], 3, stride=(1, 1), padding="SAME")
        x, y = (x, y) if self.rng.random() < 0.5 else (y, x)
        total = self.pick(("ADD", "SUB")), x, y, self.rng.uniform(0.2, 2), self.zero_point(), self.pick(ACTIVATIONS)
        x = self.pool(self.depthwise(self.builder.binary(*total), 1))
        return graph_of(self.builder.finish(self.builder.mean(x, [1, 2], self.rng.uniform(0.1, 1), 3, False)))

    def depthwise(self, x: int, multiplier: int) -> int:
        _, height, width, depth = self.builder.tensors[x].shape
        taps = [self.pick(range(1, min(size, 4) + 1)) for size in (height, width)]
        values, bias, scales, scale, zero_point = self.numbers(x, depth * multiplier, *taps)
        spread = values.transpose(1, 2, 0)[np.newaxis]
        return self.builder.depthwise_conv2d(x, spread, bias, scales, scale, zero_point, *self.window(taps))

    def conv(self, x: int, channels: int, taps: int, **window: Any) -> int:
        values, bias, scales, scale, zero_point = self.numbers(
            x, channels, taps, taps, self.builder.tensors[x].shape[3]
        )
        options: dict[str, Any] = dict(
            zip(("stride", "padding", "dilation", "activation"), self.window([taps, taps]), strict=True)
        )
        return self.builder.conv2d(x, values, bias, scales, scale, zero_point, **{**options, **window})

    def pool(self, x: int) -> int:
        height, width = (self.pick(range(1, min(size, 3) + 1)) for size in self.builder.tensors[x].shape[1:3])
        stride, padding = self.pick(((1, 1), (2, 1))), self.pick(("SAME", "VALID"))
        add = self.pick((self.builder.max_pool_2d, self.builder.average_pool_2d))
        return add(x, (height, width), stride, padding, self.pick(ACTIVATIONS))

    def numbers(self, x: int, *size: int) -> tuple[NDArray[Any], NDArray[Any], list[float], float, int]:
        """Weights, biases and scales with which noise fills the range of the output; its scale and zero point."""
        quantization = self.builder.tensors[x].quantization
        assert quantization
        values, out = self.rng.integers(-127, 128, size).astype(np.int8), self.rng.uniform(0.2, 1)
        one = out / quantization[0][0]  # the weights' scale with which sums are codes
        scales = [float(one / (74 * np.sqrt(values[0].size)) * self.rng.uniform(0.3, 3)) for _ in values]
        bias = self.rng.integers(-3000, 3000, size[0])
        if self.rng.random() < 0.5:  # a multiplier above 1
            values[0], bias[0], scales[0] = np.sign(values[0]), 3, one * self.rng.uniform(1, 3)
        return values, bias, scales, float(out), self.zero_point()

    def window(self, taps: list[int]) -> tuple[tuple[int, int], str, tuple[int, int], str]:
        stride = self.pick(((1, 1), (1, 1), (2, 2), (1, 2)))
        dilation = (2, 2) if stride == (1, 1) and self.rng.random() < 0.3 else (1, 1)
        return stride, "SAME" if dilation == (2, 2) else self.pick(("SAME", "VALID")), dilation, self.pick(ACTIVATIONS)

    def zero_point(self) -> int:
        return int(self.rng.integers(-128, 128))

    def pick(self, values: Sequence[T]) -> T:
        return values[int(self.rng.integers(len(values)))]


def test_blocks_of_mobile_and_residual_networks(tmp_path: Path) -> None:
    """All of their layers have kernels of the core's own, whatever the shapes; every byte is NumPy's."""
    cases, reached = [], set()
    for seed in range(16):
        graph = Block(seed).graph()
        calls = [step.call for step in lower(graph, "cortex-m55", "speed").steps]
        assert all(call and call.folder == "cortex_m55" for call in calls)
        numbers = [(call.kernel, dict(call.params.leaves())) for call in calls if call]
        reached |= {(kernel, params.get("brief"), params.get("in_place")) for kernel, params in numbers}
        codes = np.random.default_rng(seed).integers(-128, 128, (2, *graph.input.shape[1:])).astype(np.int8)
        cases.append(Case(f"block {seed}", graph, codes, False, "speed"))
    pixels, depthwise = "conv2d_pixels_s8", "depthwise_conv2d_mve_s8"
    assert {(pixels, brief, in_place) for brief in (0, 1) for in_place in (0, 1)} <= reached
    assert {(depthwise, 0, None), (depthwise, 1, None)} <= reached
    others = {"add_mve_s8", "average_pool2d_mve_s8", "max_pool2d_mve_s8", "mean_mve_s8"}
    assert others | {pixels, depthwise} == {kernel for kernel, _, _ in reached}
    assert differences(boards.load("mps3_an547"), "cortex-m55", cases, tmp_path) == []
