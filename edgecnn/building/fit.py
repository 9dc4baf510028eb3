"""Whether a network fits a board: refused with the numbers, where possible before anything is compiled."""

from __future__ import annotations

from collections.abc import Mapping

from ..board import Board
from ..converters.manifest import Manifest
from ..errors import DoesNotFitError

# What app and port need at least, beside the network: the least of all boards (tests/building/test_build.py).
APP_FLASH, APP_RAM, STACK = 3500, 300, 200

Needs = Mapping[str, Mapping[str, int]]
"""Bytes of "flash" and "RAM", by what needs them."""


def at_least(manifest: Manifest) -> Needs:
    """What is needed at least, known before anything is compiled."""
    flash = manifest.flash_estimate
    return {
        "flash": {"constants": flash.constants, "kernels": flash.code, "app": APP_FLASH},
        "RAM": {"arena": manifest.arena.bytes, "app": APP_RAM, "stack": STACK},
    }


def check_fit(name: str, needs: Needs, board: Board, *, measured: bool) -> None:
    """Raise DoesNotFitError with the numbers when flash or RAM of `board` is too small for the network `name`."""
    there = {"flash": board.flash, "RAM": board.ram}
    for memory, parts in needs.items():
        region, total = there[memory], sum(parts.values())
        if region and total > region.length:
            least = "" if measured else "at least "
            detail = ", ".join(f"{part} {size:,}" for part, size in parts.items())
            raise DoesNotFitError(
                f"{name} needs {least}{total:,} bytes of {memory} ({detail}), "
                f"but {board.id} has {region.length:,}; choose a smaller network or a larger board."
            )
