"""A debugger's server that reaches the board: OpenOCD, pyOCD, J-Link or a probe of its own, and QEMU's; through gdb."""

from __future__ import annotations

from ..board import Board
from ..errors import UsageError
from .tool import Job, Tool, failed, program, run

_RESETS = ("monitor reset", "monitor system_reset")  # the word of the others, and QEMU's: a wrong one does nothing


def _find(board: Board, port: str | None) -> str:
    raise UsageError(
        f"where the gdb server for {board.id} listens cannot be known; start one (OpenOCD, pyOCD, the probe's own) "
        "and name it with --to HOST:PORT."
    )


def _program() -> list[str]:
    return program("gdb-multiarch")


def _write(job: Job) -> bool:
    steps = ["set confirm off", "set tcp connect-timeout 5", f"target extended-remote {job.place}"]
    steps += [*job.facts.options, "load", "compare-sections", *_RESETS, "detach"]
    commands = [part for step in steps for part in ("-ex", step)]
    gdb = [*_program(), "-nx", "-batch"]
    said = run(job, [*gdb, *commands, str(job.built.elf)], words=_first)
    unequal = [line for line in said.splitlines() if "MIS-MATCHED" in line]
    if unequal or said.count(": matched.") < len(job.built.flash) or "Loading section" not in said:
        raise failed(job, "gdb", f"did not read back what it wrote: {(unequal or [_first(said.splitlines())])[0]}")
    return True


def _first(lines: list[str]) -> str:
    """One failed step makes all later ones fail; and only the first says why."""
    return next((line for line in lines if not line.startswith("warning")), "without a word")


TOOL = Tool(find=_find, write=_write, needs=_program)
