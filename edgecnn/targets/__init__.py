"""The cores that code is generated for, one file each. To add one: its file here, and its line below."""

from __future__ import annotations

from ..errors import UsageError
from .avr import AVR
from .cortex_m55 import CORTEX_M55
from .portable import GENERIC
from .target import OPTIMIZE, Pack, Target

__all__ = ["OPTIMIZE", "TARGETS", "Pack", "Target", "load"]

TARGETS: dict[str, Target] = {target.name: target for target in (GENERIC, AVR, CORTEX_M55)}


def load(name: str) -> Target:
    """The target `name`; raises UsageError when there is none."""
    if name not in TARGETS:
        raise UsageError(f"no target is called '{name}'; choose one of: {', '.join(TARGETS)}.")
    return TARGETS[name]
