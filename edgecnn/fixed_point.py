"""The fixed-point arithmetic of int8 inference: what 'bit-exact' refers to.

Every rounding in the project is one of the functions here. They follow TFLite's reference kernels (gemmlowp's
'double rounding'); the C twin is `firmware/runtime/fixed_point.h`.

The functions come in two flavours with the same results: `INTEGERS` computes on int64 arrays and is the
specification; `FLOATS` computes on float64 arrays that hold integers, so that a network evaluated in floating point
gives the very bytes of the device. An op states its arithmetic once and is handed one of the two.
"""

import math
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import given

Array = NDArray[Any]

INT8_MIN, INT8_MAX = -128, 127
INT32_MAX = 2**31 - 1


class Arithmetic(ABC):
    """Integer operations on arrays of one NumPy type."""

    dtype: type[np.int64] | type[np.float64]

    def array(self, values: ArrayLike) -> Array:
        """`values` in this arithmetic's type."""
        return np.asarray(values).astype(self.dtype)

    @abstractmethod
    def srdhm(self, a: Array, b: ArrayLike) -> Array:
        """Saturating rounding doubling high multiply: a*b / 2^31 rounded, ties upward; |a| <= 2^31, |b| < 2^31."""

    @abstractmethod
    def rdbp(self, x: Array, exponent: ArrayLike) -> Array:
        """Rounding division by a power of two: x / 2^exponent, ties away from zero; 0 <= exponent <= 31."""

    @abstractmethod
    def divide_half_away(self, total: Array, count: Array) -> Array:
        """total / count (count > 0) rounded to the nearest integer, ties away from zero."""

    def mbqm(self, x: Array, multiplier: ArrayLike, shift: ArrayLike) -> Array:
        """Multiply by a quantized multiplier: x * multiplier / 2^31 * 2^shift, rounded twice.

        x * 2^max(shift, 0) must fit an int32; `Op.accumulator_bound` is the proof.
        """
        shift = np.asarray(shift)
        shifted = x * self.array(1 << np.maximum(shift, 0))
        return self.rdbp(self.srdhm(shifted, multiplier), np.maximum(-shift, 0))


class _Integers(Arithmetic):
    dtype = np.int64

    def srdhm(self, a: Array, b: ArrayLike) -> Array:
        product = a.astype(np.int64) * np.asarray(b, np.int64)
        return np.minimum((product + (1 << 30)) >> 31, INT32_MAX)

    def rdbp(self, x: Array, exponent: ArrayLike) -> Array:
        exponent = np.asarray(exponent, np.int64)
        mask = (1 << exponent) - 1
        threshold = (mask >> 1) + (x < 0)
        rounded: Array = (x.astype(np.int64) >> exponent) + ((x & mask) > threshold)
        return rounded

    def divide_half_away(self, total: Array, count: Array) -> Array:
        rounded: Array = np.sign(total) * ((np.abs(total) + count // 2) // count)
        return rounded


class _Floats(Arithmetic):
    dtype = np.float64

    def srdhm(self, a: Array, b: ArrayLike) -> Array:
        # a*b needs up to 62 bits and float64 holds 53: split b = high * 2^15 + low; each partial product is exact.
        a, b = a.astype(np.float64), np.asarray(b, np.float64)
        high = np.floor(b / 2**15)
        low = b - high * 2**15
        carry = np.floor((a * low + 2**30) / 2**15)
        product: Array = np.minimum(np.floor((a * high + carry) / 2**16), INT32_MAX)
        return product

    def rdbp(self, x: Array, exponent: ArrayLike) -> Array:
        unit = np.ldexp(1.0, np.asarray(exponent, np.int32))
        # Ties away from zero; unit = 1 leaves x as it is.
        return np.copysign(np.floor(np.abs(x.astype(np.float64)) / unit + 0.5 * (unit > 1)), x)

    def divide_half_away(self, total: Array, count: Array) -> Array:
        count = count.astype(np.float64)
        return np.copysign(np.floor((np.abs(total) + np.floor(count / 2)) / count), total)


INTEGERS: Arithmetic = _Integers()
FLOATS: Arithmetic = _Floats()


def round_half_away(x: ArrayLike) -> Array:
    """`x` rounded to the nearest integer, ties away from zero, as C's round(); keeps the float type."""
    x = np.asarray(x)
    whole = np.trunc(x)
    # The fraction is exact; adding a half first would round the number just below a half up to 1.
    rounded: Array = whole + np.copysign(np.abs(x - whole) >= 0.5, x).astype(x.dtype)
    return rounded


def quantize_multiplier(real: float) -> tuple[int, int]:
    """(multiplier, shift) with real ~ multiplier / 2^31 * 2^shift, 2^30 <= multiplier < 2^31 (0, 0 when it underflows).

    Source: QuantizeMultiplier in TFLite's quantization_util.
    """
    if real == 0.0:
        return 0, 0
    fraction, shift = math.frexp(real)
    multiplier = math.floor(fraction * 2**31 + 0.5)
    if multiplier == 2**31:
        multiplier, shift = multiplier // 2, shift + 1
    return (0, 0) if shift < -31 else (multiplier, shift)


def quantize_multipliers(reals: ArrayLike) -> tuple[Array, Array]:
    """`quantize_multiplier` of each element: two int64 arrays (channels,)."""
    pairs = [quantize_multiplier(float(real)) for real in np.atleast_1d(np.asarray(reals, np.float64))]
    multipliers, shifts = zip(*pairs, strict=True)
    return np.array(multipliers, np.int64), np.array(shifts, np.int64)


def quantize(real: ArrayLike, scale: float, zero_point: int) -> NDArray[np.int8]:
    """Codes of real values: clamp(round(f32(real / scale)) + zero_point).

    Raises UsageError for values that are no finite real numbers, a scale that is not above 0, or a zero point that is
    no int8.
    """
    step, zero = given.scale(scale), given.zero_point(zero_point)
    with np.errstate(over="ignore", invalid="ignore"):  # more steps than a float32 counts: the last code is meant
        codes = round_half_away(given.finite(real).astype(np.float32) / step).astype(np.float64) + zero
    return np.clip(codes, INT8_MIN, INT8_MAX).astype(np.int8)


def dequantize(codes: ArrayLike, scale: float, zero_point: int) -> NDArray[np.float32]:
    """Real values of codes: f32(scale * (code - zero_point)); raises as `quantize`, and for what is no code."""
    step, zero = given.scale(scale), given.zero_point(zero_point)
    return step * (given.codes(codes).astype(np.int32) - zero).astype(np.float32)


_ACTIVATION_LIMITS: dict[str, tuple[float | None, float | None]] = {
    "NONE": (None, None),
    "RELU": (0.0, None),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
}
ACTIVATIONS = frozenset(_ACTIVATION_LIMITS)


def activation_range(activation: str, scale: float, zero_point: int) -> tuple[int, int]:
    """Lowest and highest output code that a fused activation lets through."""

    def code(real: float) -> int:
        with np.errstate(over="ignore"):  # a tiny scale: infinitely many codes, of which 255 matter
            steps = np.float32(real) / np.float32(scale)
        return zero_point + int(round_half_away(np.clip(steps, -255, 255)))

    low, high = _ACTIVATION_LIMITS[activation]
    lowest = INT8_MIN if low is None else max(INT8_MIN, code(low))
    highest = INT8_MAX if high is None else min(INT8_MAX, code(high))
    return lowest, highest


# exp(-2^k) for k = -2 .. 4 as fractions of 2^31.
_EXP_OF_MINUS_POWER = {-2: 1672461947, -1: 1302514674, 0: 790015084, 1: 290630308, 2: 39332535, 3: 720401, 4: 242}


def exp_on_negative(x: ArrayLike) -> NDArray[np.int64]:
    """exp(x / 2^26) as a fraction of 2^31, for -2^31 <= x <= 0: gemmlowp's fixed-point form, bit for bit.

    A fourth-order polynomial around -1/8 gives the exponential of x modulo 1/4; every set bit of the rest is one
    multiplication.
    """
    x = np.asarray(x, np.int64)
    srdhm, rdbp = INTEGERS.srdhm, INTEGERS.rdbp
    quarter = 1 << 24
    within_quarter = (x & (quarter - 1)) - quarter
    a = (within_quarter << 5) + (1 << 28)
    a2 = srdhm(a, a)
    a3 = srdhm(a2, a)
    a4 = srdhm(a2, a2)
    polynomial = a + rdbp(srdhm(rdbp(a4, 2) + a3, 715827883) + a2, 1)  # a + a^2/2 + a^3/6 + a^4/24
    exp_of_minus_eighth = 1895147668
    result = exp_of_minus_eighth + srdhm(polynomial, exp_of_minus_eighth)
    rest = within_quarter - x
    for power, factor in _EXP_OF_MINUS_POWER.items():
        result = np.where(rest & (1 << (26 + power)), srdhm(result, factor), result)
    return np.where(x == 0, INT32_MAX, result)


def reciprocal(total: Array, arithmetic: Arithmetic) -> tuple[Array, NDArray[np.int64]]:
    """(r, exponent) with 1 / (total / 2^19) ~ r / 2^31 / 2^exponent, for 0 < total < 2^31.

    Three Newton-Raphson steps for 1 / (1 + x), 0 <= x < 1, where (1 + x) * 2^31 is `total` shifted to 32 bits
    (gemmlowp's GetReciprocal).
    """
    leading_zeros = 32 - np.frexp(total.astype(np.float64))[1].astype(np.int64)
    half_denominator = total * arithmetic.array(1 << leading_zeros) // 2  # (1 + x) / 2 of 2^31
    r = 1515870810 + arithmetic.srdhm(half_denominator, -1010580540)  # 48/17 - 32/17 * half_denominator, of 2^29
    for _ in range(3):
        error = (1 << 29) - arithmetic.srdhm(half_denominator, r)
        r = r + arithmetic.srdhm(r, error) * 4
    return np.minimum(r * 2, INT32_MAX), 12 - leading_zeros
