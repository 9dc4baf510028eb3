"""Cortex-M55: sixteen products per instruction (MVE), filters and channels padded with zeros to whole vectors."""

from __future__ import annotations

from ...target import Target
from .add import add_same
from .conv2d import conv2d_max_pool2d_rows, conv2d_max_pool2d_taps, conv2d_pixels
from .depthwise_conv2d import depthwise_conv2d
from .fully_connected import fully_connected
from .pool2d import pool

KERNELS = (
    conv2d_max_pool2d_taps,
    conv2d_max_pool2d_rows,
    conv2d_pixels,
    depthwise_conv2d,
    fully_connected,
    add_same,
    pool,
)

CORTEX_M55 = Target(
    "cortex-m55",
    "Cortex-M55 with MVE",
    {"balanced": KERNELS, "speed": KERNELS},
    alignment=4,  # of sums in the scratch
)
