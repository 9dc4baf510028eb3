"""Every rounding against its definition, in Python's unbounded integers and fractions."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from edgecnn.fixed_point import (
    FLOATS,
    INTEGERS,
    Arithmetic,
    activation_range,
    dequantize,
    exp_on_negative,
    quantize,
    quantize_multiplier,
    quantize_multipliers,
    reciprocal,
    round_half_away,
)
from tests.support.rounding import EDGES, INT32_MAX, INT32_MIN, float32, half_away, mbqm, rdbp, srdhm

BOTH = pytest.mark.parametrize("arithmetic", [INTEGERS, FLOATS], ids=["integers", "floats"])

int32 = st.integers(INT32_MIN, INT32_MAX) | st.sampled_from(EDGES)
exponents = st.integers(0, 31)
multipliers = st.integers(2**30, INT32_MAX) | st.sampled_from([0, 2**30, INT32_MAX])
scales = st.floats(2**-30, 2**20, width=32)
zero_points = st.integers(-128, 127)


def one(function: Callable[..., Any], arithmetic: Arithmetic, x: int, *rest: int) -> int:
    """`function` of an array with one element; its result must be an integer whatever its type."""
    result = function(arithmetic.array([x]), *rest)
    assert result.shape == (1,)
    assert result[0] == np.floor(result[0])
    return int(result[0])


# The primitives


@BOTH
@given(a=int32, b=int32)
@example(a=INT32_MIN, b=INT32_MIN)
def test_srdhm(arithmetic: Arithmetic, a: int, b: int) -> None:
    assert one(arithmetic.srdhm, arithmetic, a, b) == srdhm(a, b)


@BOTH
def test_srdhm_rounds_ties_upward(arithmetic: Arithmetic) -> None:
    assert arithmetic.srdhm(arithmetic.array([-3, -1, 1, 3]), 2**30).tolist() == [-1, 0, 1, 2]


@BOTH
@given(x=int32, exponent=exponents)
def test_rdbp(arithmetic: Arithmetic, x: int, exponent: int) -> None:
    assert one(arithmetic.rdbp, arithmetic, x, exponent) == rdbp(x, exponent)


@BOTH
@given(x=st.integers(-(2**30), 2**30), exponent=st.integers(1, 31))
def test_rdbp_of_ties(arithmetic: Arithmetic, x: int, exponent: int) -> None:
    tie = ((x >> exponent) << exponent) + (1 << (exponent - 1))
    assert one(arithmetic.rdbp, arithmetic, tie, exponent) == rdbp(tie, exponent)


@BOTH
@given(x=int32, multiplier=multipliers, shift=st.integers(-31, 31))
def test_mbqm(arithmetic: Arithmetic, x: int, multiplier: int, shift: int) -> None:
    x = int(x / 2 ** max(shift, 0))  # toward zero: the precondition
    assume(x != 2**31)
    assert one(arithmetic.mbqm, arithmetic, x, multiplier, shift) == mbqm(x, multiplier, shift)


@BOTH
def test_mbqm_takes_a_multiplier_for_each_channel(arithmetic: Arithmetic) -> None:
    result = arithmetic.mbqm(arithmetic.array([[100, 100], [-7, -7]]), [2**30, 2**30], [1, -1])
    assert result.tolist() == [[100, 25], [-7, -2]]  # -3.5 is rounded upward to -3, then -1.5 away from zero


@BOTH
@given(total=st.integers(-(2**30), 2**30), count=st.integers(1, 2**20))
@example(total=-1, count=2)
@example(total=5, count=2)
def test_divide_half_away(arithmetic: Arithmetic, total: int, count: int) -> None:
    by_c = int(Fraction(total + (count // 2 if total > 0 else -(count // 2)), count))  # C's division truncates
    assert one(lambda x: arithmetic.divide_half_away(x, arithmetic.array([count])), arithmetic, total) == by_c
    assert by_c == half_away(Fraction(total, count))


# Real numbers to integers


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(x=st.floats(-(2**22), 2**22, width=32))
@example(x=0.5)
@example(x=-2.5)
def test_round_half_away(dtype: Any, x: float) -> None:
    result = round_half_away(dtype(x))
    assert result.dtype == dtype
    assert result == half_away(Fraction(x))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_largest_number_below_a_half_rounds_to_zero(dtype: Any) -> None:
    below = np.nextafter(dtype(0.5), dtype(0))  # plus a half, it would be rounded to 1
    assert round_half_away(np.array([below, -below])).tolist() == [0, 0]


@given(real=st.floats(2**-60, 2.0**60) | st.sampled_from([1.0, 0.5, 2**-32, 2**-33, 1 - 2**-53, 2.0**31 - 1]))
def test_quantize_multiplier(real: float) -> None:
    exact = Fraction(real)
    shift = next(s for s in range(-62, 64) if exact < Fraction(2) ** s)
    multiplier = half_away(exact / Fraction(2) ** shift * 2**31)
    if multiplier == 2**31:
        multiplier, shift = 2**30, shift + 1
    assert quantize_multiplier(real) == ((0, 0) if shift < -31 else (multiplier, shift))


def test_quantize_multiplier_by_hand() -> None:
    assert quantize_multiplier(0.0) == (0, 0)
    assert quantize_multiplier(1.0) == (2**30, 1)
    assert quantize_multiplier(0.75) == (3 * 2**29, 0)
    assert quantize_multiplier(1 - 2**-40) == (2**30, 1)  # rounds up to the next power of two
    assert quantize_multiplier(2.0**-32) == (2**30, -31)
    assert quantize_multiplier(2.0**-33) == (0, 0)
    assert quantize_multiplier(5e-324) == (0, 0)
    assert [array.tolist() for array in quantize_multipliers([0.75, 1.0])] == [[3 * 2**29, 2**30], [0, 1]]


@given(real=st.floats(-1e4, 1e4, width=32), scale=scales, zero_point=zero_points)
@example(real=float(np.nextafter(np.float32(0.5), np.float32(0))), scale=1.0, zero_point=0)
@example(real=-2.5, scale=1.0, zero_point=3)
def test_quantize(real: float, scale: float, zero_point: int) -> None:
    code = half_away(Fraction(float32(real / scale))) + zero_point
    assert quantize([real], scale, zero_point).tolist() == [max(-128, min(127, code))]


@given(code=st.integers(-128, 127), scale=scales, zero_point=zero_points)
def test_dequantize(code: int, scale: float, zero_point: int) -> None:
    real = dequantize(np.array([code], np.int8), scale, zero_point)
    assert real.dtype == np.float32
    assert real[0] == float32(scale * (code - zero_point))
    if abs(code - zero_point) * scale < 1e4:
        assert quantize(real, scale, zero_point)[0] == code


@given(scale=scales, zero_point=zero_points)
@example(scale=float(np.float32(1e-45)), zero_point=0)
def test_activation_range(scale: float, zero_point: int) -> None:
    def code(real: int) -> int:
        quotient = real / scale
        return zero_point + (half_away(Fraction(float32(quotient))) if abs(quotient) < 1e38 else 999 * real)

    assert activation_range("NONE", scale, zero_point) == (-128, 127)
    assert activation_range("RELU", scale, zero_point) == (zero_point, 127)
    assert activation_range("RELU6", scale, zero_point) == (zero_point, min(127, code(6)))
    assert activation_range("RELU_N1_TO_1", scale, zero_point) == (max(-128, code(-1)), min(127, code(1)))


# What softmax is made of


def exponential(x: int) -> int:
    """gemmlowp's exp_on_negative_values, with 5 integer bits; its constants are the nearest fractions of 2^31."""
    if x == 0:
        return INT32_MAX
    rest = -x % 2**24 or 2**24  # 1 .. 2^24: x lies this far below a multiple of a quarter
    a = -rest * 32 + 2**28
    square = srdhm(a, a)
    cube, fourth = srdhm(square, a), srdhm(square, square)
    third = half_away(Fraction(2**31, 3))
    eighth = round(math.exp(-1 / 8) * 2**31)
    polynomial = a + rdbp(srdhm(rdbp(fourth, 2) + cube, third) + square, 1)
    result = eighth + srdhm(polynomial, eighth)
    for k in range(-2, 5):
        if ((-x - rest) >> (26 + k)) & 1:
            result = srdhm(result, round(math.exp(-(2.0**k)) * 2**31))
    return result


negative = st.integers(INT32_MIN, 0) | st.sampled_from(
    [-(2**k) + d for k in range(1, 32) for d in (-1, 0, 1) if k < 31]
)


@given(x=negative)
@example(x=0)
@example(x=-1)
@example(x=-(2**24))
@example(x=INT32_MIN)
def test_exp_on_negative(x: int) -> None:
    result = int(exp_on_negative([x])[0])
    assert result == exponential(x)
    assert result / 2**31 == pytest.approx(math.exp(x / 2**26), abs=3e-7)


def test_exp_on_negative_by_hand() -> None:
    # exp(-1) itself would be 790015084: the polynomial is least accurate at the end of its quarter.
    assert exp_on_negative([0, -(2**26), INT32_MIN]).tolist() == [INT32_MAX, 790015308, 0]


@BOTH
@given(total=st.integers(1, INT32_MAX) | st.sampled_from([2**k for k in range(31)]))
def test_reciprocal(arithmetic: Arithmetic, total: int) -> None:
    r, exponent = reciprocal(arithmetic.array([total]), arithmetic)
    product = Fraction(int(r[0])) * Fraction(total, 2**19) / 2**31 / Fraction(2) ** int(exponent[0])
    assert abs(product - 1) < Fraction(1, 2**27)
    exact, _ = reciprocal(INTEGERS.array([total]), INTEGERS)
    assert int(r[0]) == int(exact[0])
