"""AVR: eight bits, and a multiplier of two cycles for 8 bits by 8."""

from __future__ import annotations

from ...target import Target
from .add import add
from .weighted import conv2d, conv2d_max_pool2d, conv2d_max_pool2d_2x2, depthwise_conv2d, fully_connected

_KERNELS = (conv2d_max_pool2d_2x2, conv2d_max_pool2d, conv2d, depthwise_conv2d, fully_connected, add)

AVR = Target("avr", "AVR with hardware multiplier, by avr-gcc", {"speed": _KERNELS, "balanced": _KERNELS})
