"""The elementwise ops: QUANTIZE, RELU, RELU6, RELU_N1_TO_1, LEAKY_RELU, HARD_SWISH, LOGISTIC and TANH."""

import math

import numpy as np
import pytest

from edgecnn.converters.graph_to_c import prove_accumulators
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import DoesNotFitError, InvalidModelError, UnsupportedError
from edgecnn.ops.lookup import LookupOp
from edgecnn.oracles import Oracle
from tests.support.one_op import only_op, run
from tests.support.tflite_builder import Builder

ALL = np.arange(-128, 128)


def elementwise(code: str, scale: float, zero_point: int, out_scale: float, out_zero_point: int) -> bytes:
    """An op on all 256 codes."""
    b = Builder()
    x = b.input((1, 256), scale, zero_point)
    return b.finish(b.operator(code, [x], b.tensor((1, 256), out_scale, out_zero_point)))


def test_quantize_rescales_and_saturates() -> None:
    assert run(elementwise("QUANTIZE", 0.5, 10, 0.5, 10), ALL) == ALL.tolist()
    halved = run(elementwise("QUANTIZE", 0.5, 0, 1.0, 3), ALL)
    assert halved == [3 + (q + 1) // 2 for q in ALL]  # ties upward: a factor of 1/2 takes no shift
    doubled = run(elementwise("QUANTIZE", 1.0, 0, 0.5, 0), ALL)
    assert doubled == [max(-128, min(127, 2 * q)) for q in ALL]


def test_relus_cut_at_the_codes_of_their_limits() -> None:
    assert run(elementwise("RELU", 1.0, 0, 1.0, -128), ALL) == [max(q, 0) - 128 for q in ALL]
    assert run(elementwise("RELU6", 0.1, 0, 0.1, -20), ALL) == [max(0, min(q, 60)) - 20 for q in ALL]
    assert run(elementwise("RELU_N1_TO_1", 0.1, 0, 0.1, 5), ALL) == [max(-10, min(q, 10)) + 5 for q in ALL]


def test_leaky_relu() -> None:
    b = Builder()
    x = b.input((1, 256), 1.0, 10)
    model = b.finish(b.leaky_relu(x, 1.0, -20, 0.25))
    expected = [q - 10 if q >= 10 else math.floor((q - 10) / 4 + 0.5) for q in ALL]
    differences = np.abs(np.array(run(model, ALL)) - [max(-128, e - 20) for e in expected])
    assert differences.max() <= 1  # of ties, which are rounded twice
    assert differences[ALL >= 10].max() == 0
    op = only_op(model)
    assert (op.describe, op.accumulator_bound) == ("0.25", 255 << 1)
    b = Builder()
    with pytest.raises(UnsupportedError, match="op 0 LEAKY_RELU .* alpha -0.5; a slope of 0 or more"):
        graph_of(b.finish(b.leaky_relu(b.input((1, 4), 1, 0), 1, 0, -0.5)))


def test_hard_swish() -> None:
    result = np.array(run(elementwise("HARD_SWISH", 1 / 16, 0, 1 / 16, -100), ALL))
    real = np.minimum(np.maximum(ALL / 16 + 3, 0), 6) / 6 * ALL
    assert np.abs(result - np.clip(real - 100, -128, 127)).max() <= 1
    assert result[ALL <= -48].tolist() == [-100] * 81  # -3 and below
    assert result[ALL >= 48].tolist() == [q - 100 for q in range(48, 128)]  # 3 and above


def test_hard_swish_at_every_code_and_many_scales(tflite_runtime: Oracle, tflite_micro: Oracle) -> None:
    """Its 16-bit arithmetic is TFLite's own, so both oracles are asked about all of it."""
    rng = np.random.default_rng(0)
    for _ in range(60):
        scale = float(np.exp(rng.uniform(np.log(1e-4), np.log(1))))
        out = float(scale * np.exp(rng.uniform(np.log(0.01), np.log(30))))
        model = elementwise("HARD_SWISH", scale, int(rng.integers(-128, 128)), out, int(rng.integers(-128, 128)))
        expected = graph_of(model).evaluate(ALL[np.newaxis].astype(np.int8))
        for oracle in (tflite_runtime, tflite_micro):
            np.testing.assert_array_equal(oracle.evaluate(model, ALL[np.newaxis].astype(np.int8))[1][0], expected)
    with pytest.raises(UnsupportedError, match="op 0 HARD_SWISH .* output scale below 1/128"):
        graph_of(elementwise("HARD_SWISH", 1.0, 0, 1 / 256, 0))


def test_logistic() -> None:
    result = run(elementwise("LOGISTIC", 1 / 16, 0, 1 / 256, -128), ALL)
    expected = [min(127, math.floor(256 / (1 + math.exp(-q / 16)) + 0.5) - 128) for q in ALL]
    assert result == expected
    assert result[128] == 0


def test_tanh() -> None:
    result = run(elementwise("TANH", 1 / 32, 0, 1 / 128, 0), ALL)
    expected = [min(127, int(math.copysign(math.floor(abs(128 * math.tanh(q / 32)) + 0.5), q))) for q in ALL]
    assert result == expected


@pytest.mark.parametrize("scale", [100.0, 2.0**60])
def test_the_functions_saturate(scale: float) -> None:
    assert run(elementwise("LOGISTIC", scale, 0, 1 / 256, -128), ALL) == [-128] * 128 + [0] + [127] * 127
    assert run(elementwise("TANH", scale, 0, 1 / 128, 0), ALL) == [-128] * 128 + [0] + [127] * 127


@pytest.mark.parametrize("code", ["QUANTIZE", "RELU", "LOGISTIC"])
def test_its_numbers_and_refusals(code: str) -> None:
    op = only_op(elementwise(code, 1.0, 0, 1 / 256, -128))
    assert isinstance(op, LookupOp)
    assert op.kernel_call().leads == {0: 0}
    assert (op.macs, op.parameters) == (0, 0)
    b = Builder()
    y = b.operator(code, [b.input((1, 4), 1, 0)], b.tensor((1, 5), 1.0))
    with pytest.raises(InvalidModelError, match=f"op 0 {code} .* different shapes"):
        graph_of(b.finish(y))


def test_a_multiplier_that_leaves_int32_is_refused() -> None:
    prove_accumulators(graph_of(elementwise("QUANTIZE", 2.0**22, 0, 1.0, 0)))  # 255 << 23 fits
    with pytest.raises(DoesNotFitError, match="quantize 't1' can reach 4278190080"):
        prove_accumulators(graph_of(elementwise("QUANTIZE", 2.0**23, 0, 1.0, 0)))
