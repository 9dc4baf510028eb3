"""The cores that code is generated for. To add one: its file or folder in cores, and its line below."""

from __future__ import annotations

import platform

from ..errors import UsageError
from ..support.names import unknown
from .cores.avr import AVR
from .cores.cortex_m0plus import CORTEX_M0PLUS
from .cores.cortex_m3 import CORTEX_M3
from .cores.cortex_m4 import CORTEX_M4
from .cores.cortex_m55 import CORTEX_M55
from .cores.generic import GENERIC
from .cores.neon import ARMV7_NEON, ARMV8, ARMV8_SDOT
from .cores.rv32imc import RV32IMC
from .cores.wasm_simd import WASM_SIMD
from .cores.x86_64 import X86_64
from .target import OPTIMIZE, Pack, Target

__all__ = ["OPTIMIZE", "TARGETS", "Pack", "Target", "load", "native"]

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        GENERIC,
        CORTEX_M0PLUS,
        CORTEX_M3,
        CORTEX_M4,
        CORTEX_M55,
        RV32IMC,
        AVR,
        ARMV7_NEON,
        ARMV8,
        ARMV8_SDOT,
        X86_64,
        WASM_SIMD,
    )
}


def load(name: str) -> Target:
    """The target `name`; raises UsageError when there is none."""
    if name not in TARGETS:
        raise UsageError(unknown("target", name, TARGETS))
    return TARGETS[name]


def native() -> Target:
    """The first target made for this computer, or the generic one."""
    machine = platform.machine()
    return next((target for target in TARGETS.values() if machine in (target.machines or ())), GENERIC)
