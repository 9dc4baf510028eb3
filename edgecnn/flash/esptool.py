"""The loader in the ROM of Espressif's chips, through Espressif's esptool."""

from __future__ import annotations

from ..support.scratch import scratch_folder
from . import serial_port
from .tool import Job, Tool, failed, module, run

_OFFSET = "0x0"  # in the flash chip: where the ROM looks for what it loads


def _program() -> list[str]:
    return module("esptool")


def _write(job: Job) -> bool:
    esptool = [*_program(), *job.facts.options]
    line = ["--port", job.place, "--baud", str(job.board.baud)]
    with scratch_folder() as scratch:
        image = str(scratch / "firmware.bin")
        run(job, [*esptool, "elf2image", "--flash-mode", "dio", "--output", image, str(job.built.elf)])
        said = run(job, [*esptool, *line, "write-flash", _OFFSET, image])
    if "Hash of data verified" not in said:  # the MD5 that the ROM computes of what the flash chip holds
        raise failed(job, "esptool", "did not verify what it wrote")
    return True


# The same port is often the chip's own USB, where its UART is not: it is not taken for granted that firmware answers.
TOOL = Tool(find=serial_port.find, write=_write, needs=_program)
