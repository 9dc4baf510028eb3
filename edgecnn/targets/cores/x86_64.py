"""PCs: 16 channels at once with AVX-512 VNNI, 8 with AVX2, plain C elsewhere; the processor is asked when code runs."""

from __future__ import annotations

from ..target import Target
from ..techniques.blocks import Blocks

_LINE = 64  # bytes of a cache line, and of the weights that are loaded at once

BLOCKS = Blocks("blocks/x86_64", channels=16, taps=4, alignment=_LINE)

X86_64 = Target(
    "x86-64",
    "x86-64 with AVX-512 VNNI, AVX2 or neither",
    {"balanced": BLOCKS.packs, "speed": BLOCKS.packs},
    alignment=_LINE,
    machines=("x86_64", "AMD64"),
)
