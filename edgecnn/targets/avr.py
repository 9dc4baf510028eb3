"""AVR: eight bits. The plain kernels are its best so far: to share loads among 32-bit sums costs it cycles."""

from __future__ import annotations

from .target import Target

AVR = Target("avr", "AVR with hardware multiplier, by avr-gcc")
