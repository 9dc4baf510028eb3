"""Arm Cortex-M3: no SIMD, but multiply-accumulate in one instruction."""

from __future__ import annotations

from . import portable, swar
from .target import Target

_SWAR = (swar.conv2d_max_pool2d, swar.conv2d)

CORTEX_M3 = Target(
    "cortex-m3",
    "Arm Cortex-M3",
    {
        "speed": (*_SWAR, swar.fully_connected_columns, *portable.KERNELS),
        "balanced": (*map(swar.if_small, _SWAR), swar.fully_connected_columns, *portable.KERNELS),
    },
    alignment=4,
)
