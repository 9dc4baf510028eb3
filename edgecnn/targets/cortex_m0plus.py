"""Arm Cortex-M0+ and M0: no SIMD, no long multiplication, eight registers that can compute."""

from __future__ import annotations

from . import portable, swar
from .target import Target

_SWAR = (swar.conv2d_max_pool2d, swar.conv2d)

CORTEX_M0PLUS = Target(
    "cortex-m0plus",
    "Arm Cortex-M0+ and M0",
    {
        "speed": (*_SWAR, swar.fully_connected, *portable.KERNELS),
        "balanced": (*map(swar.if_small, _SWAR), swar.fully_connected_columns, *portable.KERNELS),
    },
    alignment=4,
)
