"""The elementwise ops: QUANTIZE, RELU, RELU6, RELU_N1_TO_1, LOGISTIC and TANH."""

import math

import numpy as np
import pytest

from edgecnn.converters.graph_to_c import prove_accumulators
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import DoesNotFitError, InvalidModelError
from edgecnn.ops.lookup import LookupOp
from tests.ops.support import only_op, run
from tests.tflite_builder import Builder

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
