"""AVR: eight bits. The plain kernels are its best so far: sharing loads among 32-bit multiplications costs it cycles."""

from __future__ import annotations

from .target import Target

AVR = Target("avr", "AVR with hardware multiplier, by avr-gcc")
