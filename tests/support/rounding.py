"""The definitions of the roundings, in Python's unbounded integers and fractions."""

import math
import struct
from fractions import Fraction

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1


def half_away(x: Fraction) -> int:
    return math.floor(x + Fraction(1, 2)) if x >= 0 else -math.floor(-x + Fraction(1, 2))


def srdhm(a: int, b: int) -> int:
    return min(math.floor(Fraction(a * b, 2**31) + Fraction(1, 2)), INT32_MAX)


def rdbp(x: int, exponent: int) -> int:
    return half_away(Fraction(x, 2**exponent))


def mbqm(x: int, multiplier: int, shift: int) -> int:
    return rdbp(srdhm(x * 2 ** max(shift, 0), multiplier), max(-shift, 0))


def float32(x: float) -> float:
    """Correctly rounded; a quotient of float32 may pass through float64 without harm (53 >= 2 * 24 + 2)."""
    return float(struct.unpack("f", struct.pack("f", x))[0])


EDGES = sorted(
    {
        max(INT32_MIN, min(INT32_MAX, sign * 2**k + nearby))
        for sign in (-1, 1)
        for k in range(32)
        for nearby in (-1, 0, 1)
    }
)
