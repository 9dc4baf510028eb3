"""WebAssembly with 128-bit vectors: pairs of taps of four channels at once, in Node.js and browsers."""

from __future__ import annotations

import numpy as np

from ...fixed_point import Array
from ..target import Target
from ..techniques.blocks import Blocks

_VECTOR = 16  # bytes
_LEAST = -30  # the lowest shift that is a factor


def _factors(shifts: Array) -> tuple[Array, Array] | None:
    """The lanes of a vector are all shifted by the same number, but multiplied each by its own: 2^left, 2^(30 - right).

    None where the latter is no integer.
    """
    if shifts.min() < _LEAST:
        return None
    return np.left_shift(1, np.maximum(shifts, 0)), np.left_shift(1, np.minimum(shifts, 0) - _LEAST)


BLOCKS = Blocks("blocks/wasm", channels=8, taps=2, alignment=_VECTOR, shifts=_factors)

WASM_SIMD = Target(
    "wasm-simd",
    "WebAssembly with 128-bit vectors",
    {"balanced": BLOCKS.packs, "speed": BLOCKS.packs},
    alignment=_VECTOR,
)
