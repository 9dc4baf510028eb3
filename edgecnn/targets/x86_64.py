"""PCs: 16 channels at once with AVX-512 VNNI, 8 with AVX2, plain C elsewhere; the processor is asked when code runs."""

from __future__ import annotations

import numpy as np

from ..fixed_point import INT32_MAX
from ..ops.weighted import WeightedOp
from .quads import Layout
from .target import Target

FOLDER = "x86_64"
_LINE = 64  # bytes of a cache line, and of the weights that are loaded at once


def _provable(op: WeightedOp) -> bool:
    """Whether no sum of taps leaves int32, although codes are read as 0 .. 255, and no half that is added to round."""
    weights = np.abs(op.weights.reshape(op.channels, -1).astype(np.int64)).sum(axis=1)
    half = 1 << max(0, -int(op.multipliers[1].min())) >> 1
    return int(weights.max()) * 255 <= INT32_MAX and op.accumulator_bound + half <= INT32_MAX


_LAYOUT = Layout(
    FOLDER,
    "x86_s8",
    channels=16,
    zero=128,
    unit=1,
    code=2,
    line=_LINE,
    weights=lambda blocks: blocks.transpose(0, 2, 1, 3),
    provable=_provable,
    even=2,
)
KERNELS = (_LAYOUT.conv2d_max_pool2d, _LAYOUT.conv2d, _LAYOUT.fully_connected)

X86_64 = Target(
    "x86-64",
    "x86-64 with AVX-512 VNNI, AVX2 or neither",
    {"balanced": KERNELS, "speed": KERNELS},
    alignment=_LINE,
    machines=("x86_64", "AMD64"),
)
