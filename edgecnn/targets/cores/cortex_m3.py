"""Arm Cortex-M3: no SIMD, but multiply-accumulate in one instruction."""

from __future__ import annotations

from ..target import Target
from ..techniques import portable, swar, thumb

_CONVOLUTIONS = (thumb.SWAR.conv2d_max_pool2d, thumb.SWAR.conv2d)

CORTEX_M3 = Target(
    "cortex-m3",
    "Arm Cortex-M3",
    {
        "speed": (*_CONVOLUTIONS, thumb.SWAR.fully_connected, *portable.KERNELS),
        "balanced": (*map(swar.if_small, _CONVOLUTIONS), thumb.SWAR.fully_connected, *portable.KERNELS),
    },
    alignment=4,
)
