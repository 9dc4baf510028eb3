"""Raspberry Pi and other Arm computers: NEON, 16 channels of four pixels at once, with SDOT or without.

Every convolution and fully connected layer is served: sums begin with the bias and are those of the plain kernels, so
that `Op.accumulator_bound` is all the proof that they need.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..fixed_point import Array
from .quads import TAPS, Layout
from .target import Target

FOLDER = "neon"
_CHANNELS, _FOUR = 8, 4  # of a block, of a register of sums


def _sdot_weights(blocks: NDArray[np.int8]) -> Array:
    """(blocks, quads, 8, TAPS)"""
    return blocks.transpose(0, 2, 1, 3)


def _mlal_weights(blocks: NDArray[np.int8]) -> Array:
    """int16 (blocks, quads, 2, TAPS, 4), as its bytes."""
    count, _, quads, _ = blocks.shape
    fours = blocks.reshape(count, _CHANNELS // _FOUR, _FOUR, quads, TAPS).transpose(0, 3, 1, 4, 2)
    return np.ascontiguousarray(fours, "<i2").view(np.int8)


def _target(name: str, title: str, layout: Layout, machines: tuple[str, ...] = ()) -> Target:
    kernels = (layout.conv2d_max_pool2d, layout.conv2d, layout.fully_connected)
    return Target(name, title, {"balanced": kernels, "speed": kernels}, alignment=16, machines=machines)


def _layout(kernels: str, code: int, weights: Callable[[NDArray[np.int8]], Array], beyond: int = 0) -> Layout:
    """`code`: bytes of a code in the copy."""
    return Layout(
        FOLDER,
        kernels,
        channels=_CHANNELS,
        zero=0,
        unit=code,
        code=code,
        line=16,
        weights=weights,
        provable=lambda op: True,
        right=-1,
        beyond=beyond,
    )


_MLAL = _layout("neon_s8", 2, _mlal_weights)
_SDOT = _layout("sdot_s8", 1, _sdot_weights, beyond=4)

ARMV7_NEON = _target("armv7-neon", "Armv7 with NEON (Raspberry Pi 2, and any later one with a 32-bit system)", _MLAL)
ARMV8 = _target("armv8", "Armv8 (Raspberry Pi 3 and 4)", _MLAL, ("aarch64", "arm64"))
ARMV8_SDOT = _target("armv8-sdot", "Armv8 with SDOT (Raspberry Pi 5)", _SDOT)
