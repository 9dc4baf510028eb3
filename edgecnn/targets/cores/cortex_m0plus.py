"""Arm Cortex-M0+ and M0: no SIMD, no long multiplication, eight registers that can compute."""

from __future__ import annotations

from ..target import Target
from ..techniques import portable, swar, thumb

_CONVOLUTIONS = (thumb.SWAR.conv2d_max_pool2d, thumb.SWAR.conv2d)

CORTEX_M0PLUS = Target(
    "cortex-m0plus",
    "Arm Cortex-M0+ and M0",
    {
        "speed": (*_CONVOLUTIONS, thumb.fully_connected, *portable.KERNELS),
        "balanced": (*map(swar.if_small, _CONVOLUTIONS), thumb.SWAR.fully_connected, *portable.KERNELS),
    },
    alignment=4,
)
