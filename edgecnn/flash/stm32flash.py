"""The bootloader in the system memory of every STM32 (AN3155), through the program stm32flash."""

from __future__ import annotations

from pathlib import Path

import serial

from . import serial_port
from .tool import Job, Tool, program, run

_SYNCHRONIZE, _ACK, _NACK = b"\x7f", b"\x79", b"\x1f"


def _program() -> list[str]:
    return program("stm32flash")


def _write(job: Job) -> bool:
    flash = job.board.flash
    assert flash
    line = ["-b", str(job.board.baud), "-m", _mode(job.place)]
    image = str(job.built.folder / "firmware.bin")
    write = ["-w", image, "-S", f"{flash.origin:#x}", "-v", "-g", f"{flash.origin:#x}"]
    run(job, [*_program(), *line, *job.facts.options, *write, job.place])
    return True  # -v


def _may_ask(job: Job) -> bool:
    """The bootloader measures the baud rate by the first byte that it hears, so that is its own word, never ours."""
    parity = serial.PARITY_EVEN if _mode(job.place) == "8e1" else serial.PARITY_NONE
    try:
        with serial.Serial(job.place, job.board.baud, parity=parity, timeout=0.5, exclusive=True) as line:
            line.reset_input_buffer()
            line.write(_SYNCHRONIZE)
            return line.read(1) not in (_ACK, _NACK)  # NACK: it was synchronized before
    except (OSError, ValueError):
        return True  # asking says what is wrong with the port


def _mode(port: str) -> str:
    """The bootloader's 8 bits and even parity; a pseudo terminal, which has no line, refuses parity."""
    return "8n1" if str(Path(port).resolve()).startswith("/dev/pts/") else "8e1"


TOOL = Tool(find=serial_port.find, write=_write, needs=_program, port=serial_port.answers, may_ask=_may_ask)
