"""Cortex-M4, and the other cores with the DSP extension: M7 and M33. Two int16 products are one instruction there."""

from __future__ import annotations

from ...target import Pack, Target
from ...techniques import portable
from .add import add_same
from .conv2d import W8, W16, Block, conv2d, conv2d_max_pool2d
from .depthwise_conv2d import depthwise_conv2d_3x3
from .fully_connected import fully_connected
from .plane import conv2d_max_pool2d_plane


def _kernels(block: Block) -> tuple[Pack, ...]:
    convolutions = (conv2d_max_pool2d_plane, conv2d_max_pool2d(block), conv2d(block), depthwise_conv2d_3x3)
    return (*convolutions, fully_connected, add_same, *portable.KERNELS)


CORTEX_M4 = Target(
    "cortex-m4",
    "Cortex-M4, M7 or M33 (DSP extension)",
    {"speed": _kernels(W16), "balanced": _kernels(W8)},
    alignment=4,
)
