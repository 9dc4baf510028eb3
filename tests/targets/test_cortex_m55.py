"""The Cortex-M55's kernels on its emulator: every byte of every layer is NumPy's, for noise, windows of all kinds."""

from pathlib import Path

import numpy as np
import pytest

from edgecnn.attached import attached
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.interpreter import trace
from edgecnn.lowering import lower
from tests.tflite_builder import Builder

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

    def weights(*size: int) -> tuple[np.ndarray, np.ndarray, list[float]]:
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
