"""The bootloader of an Arduino, and programmers of AVR chips, through the program avrdude."""

from __future__ import annotations

from . import serial_port
from .tool import Job, Tool, program, run


def _program() -> list[str]:
    return program("avrdude")


# The bootloader listens for about a second after a reset; a busy computer, or a slow USB bridge, may miss it.
_MISSED = "attempt 10 of 10: not in sync|timeout communicating with programmer"


def _write(job: Job) -> bool:
    avrdude = [*_program(), "-q", *job.facts.options, "-P", job.place]
    run(job, [*avrdude, "-U", f"flash:w:{job.built.folder / 'firmware.hex'}:i"], words=_error, again=_MISSED)
    return True  # avrdude reads back and compares what it wrote


def _error(lines: list[str]) -> str:
    """The last of what avrdude calls an error or of what its words say did not work, without its name."""
    telling = [line for line in lines if any(word in line for word in ("error", "not in sync", "mismatch", "cannot"))]
    real = [line for line in telling if "TIOCM" not in line]  # a pseudo terminal has no reset line to pull
    return (real or lines)[-1].removeprefix("avrdude").removeprefix(" error").removeprefix(": ")


TOOL = Tool(find=serial_port.find, write=_write, needs=_program, port=serial_port.answers)
