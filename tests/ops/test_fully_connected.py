"""FULLY_CONNECTED by hand, and per channel above rank 2, which only TFLite Micro decides."""

import numpy as np
import pytest

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import InvalidModelError, UnsupportedError
from edgecnn.ops.fully_connected import FullyConnected
from edgecnn.oracles import Oracle
from tests.support.one_op import only_op, replace_field, run
from tests.support.tflite_builder import Builder

WEIGHTS = np.array([[1, 2, 3], [-1, 0, 1]], np.int8)


def test_by_hand() -> None:
    b = Builder()
    y = b.fully_connected(b.input((1, 3), 1, 1), WEIGHTS, np.array([10, -10]), 1.0, 1.0, 2)
    # (0, 1, 2) above the zero point: 8 + 10 + 2 and 2 - 10 + 2
    assert run(b.finish(y), [1, 2, 3]) == [20, -6]


def test_without_bias_and_with_an_activation() -> None:
    b = Builder()
    y = b.fully_connected(b.input((1, 3), 1, 0), WEIGHTS, None, 1.0, 1.0, 0, "RELU")
    assert run(b.finish(y), [3, 2, 1]) == [10, 0]


def test_an_image_is_one_row() -> None:
    b = Builder()
    y = b.fully_connected(b.input((1, 1, 3, 1), 1, 0), WEIGHTS, None, 1.0, 1.0, 0)
    assert run(b.finish(y), [1, 1, 1]) == [6, 0]


def test_rows_are_kept() -> None:
    b = Builder()
    y = b.fully_connected(b.input((1, 2, 3), 1, 0), WEIGHTS, None, 1.0, 1.0, 0, keep_num_dims=True)
    assert run(b.finish(y), [[1, 1, 1], [0, 0, 5]]) == [[6, 0], [15, 5]]


def test_per_channel_above_rank_two_agrees_with_tflite_micro(tflite_micro: Oracle) -> None:
    rng = np.random.default_rng(0)
    for _ in range(5):
        b = Builder()
        weights = rng.integers(-127, 128, (5, 7)).astype(np.int8)
        scales = rng.uniform(1e-3, 1e-1, 5).tolist()
        y = b.fully_connected(b.input((1, 2, 3, 7), 0.1, -5), weights, None, scales, 0.3, 4, keep_num_dims=True)
        x = rng.integers(-128, 128, (1, 2, 3, 7)).astype(np.int8)
        assert tflite_micro.evaluate(b.finish(y), x)[y][0, 0].tolist() == run(b.finish(y), x)


def test_one_scale_for_all_weights_is_multiplied_in_float32() -> None:
    x, w, y = (float(np.float32(value)) for value in (0.1, 0.3, 0.7))
    b = Builder()
    per_tensor = only_op(b.finish(b.fully_connected(b.input((1, 3), x, 0), WEIGHTS, None, w, y, 0)))
    b = Builder()
    per_channel = only_op(b.finish(b.fully_connected(b.input((1, 3), x, 0), WEIGHTS, None, [w, w], y, 0)))
    assert isinstance(per_tensor, FullyConnected)
    assert isinstance(per_channel, FullyConnected)
    assert per_channel.effective_scales.tolist() == [x * w / y] * 2
    assert per_tensor.effective_scales.tolist() == [float(np.float32(x * w)) / y]
    assert float(np.float32(x * w)) != x * w


def test_its_numbers() -> None:
    b = Builder()
    op = only_op(b.finish(b.fully_connected(b.input((1, 4, 3), 1, 0), WEIGHTS, None, 1.0, 4.0, 0, "RELU6", True)))
    assert (op.macs, op.parameters, op.describe) == (24, 8, "relu6")
    assert op.accumulator_bound == 6 * 128


def test_refusals() -> None:
    b = Builder()
    y = b.fully_connected(b.input((1, 3), 1, 0), WEIGHTS, None, 1.0, 1.0, 0)
    replace_field(b, WeightsFormat=1)
    with pytest.raises(UnsupportedError, match="op 0 FULLY_CONNECTED .* shuffled weights"):
        graph_of(b.finish(y))
    replace_field(b, WeightsFormat=0)
    b.tensors[y].shape = (1, 3)
    with pytest.raises(InvalidModelError, match="maps 3 values to 3 with weights of 2x3"):
        graph_of(b.finish(y))
    b.tensors[b.operators[-1].inputs[1]].shape = (2, 3, 1)
    with pytest.raises(InvalidModelError, match="weights of 3 dimensions instead of 2"):
        graph_of(b.finish(y))
