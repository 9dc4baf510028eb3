"""An STM32 whose BOOT0 is high: the bootloader of its system memory (ST's AN3155), then its firmware in QEMU."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from edgecnn import board as boards
from edgecnn.emulators.emulator import emulate
from tests.support.standins.line import Board, Line

ACK, NACK = b"\x79", b"\x1f"
VERSION = 0x31
KIB = 1024

# What AN2606 and the reference manuals say of each: product ID, erase command, size of each page or sector of flash.
CHIPS = {
    "stm32vldiscovery": (0x420, 0x43, [KIB] * 128),
    "netduino_plus_2": (0x413, 0x44, [16 * KIB] * 4 + [64 * KIB] + [128 * KIB] * 7),
}


class Refused(Exception):  # noqa: N818 - the protocol's word
    """The bootloader answers NACK and waits for the next command."""


@dataclass
class Stm32:
    """The chip; the test may look into its flash, break it, and hold it in its bootloader or let it run."""

    name: str
    scratch: Path
    line: Line = field(default_factory=Line)
    boot0: bool = True
    stuck: int | None = None  # the offset of a byte of flash that no longer takes what is written
    dies_at: int | None = None  # the offset from which on it refuses to be written
    stalls_at: int | None = None  # the offset at which it answers no more
    stalled: bool = False
    writes: int = 0

    def __post_init__(self) -> None:
        self.pid, self.erase_command, self.sectors = CHIPS[self.name]
        self.flash = bytearray(b"\xff" * sum(self.sectors))
        self.origin = 0x08000000
        self.commands = {
            0x00: self._get,
            0x01: lambda: self._send(bytes([VERSION, 0, 0]) + ACK),
            0x02: lambda: self._send(bytes([1, self.pid >> 8, self.pid & 255]) + ACK),
            0x11: self._read,
            0x21: self._go,
            0x31: self._write,
            self.erase_command: self._erase,
        }

    def life(self) -> None:
        """From reset on."""
        if not self.boot0:
            self._run()
        if self.line.read(1) != b"\x7f":  # the baud rate was measured wrong: nothing will ever be understood
            while True:
                self.line.read(1)
        self._send(ACK)
        while True:
            command = self.line.read(1)[0]
            try:
                if command ^ self.line.read(1)[0] != 0xFF or command not in self.commands:
                    raise Refused
                self._send(ACK)
                self.commands[command]()
            except Refused:
                self._send(NACK)

    def _send(self, data: bytes) -> None:
        self.line.write(data)

    def _checked(self, size: int) -> bytes:
        """So many bytes that end in the XOR of all before."""
        data = self.line.read(size)
        if functools.reduce(operator.xor, data):
            raise Refused
        return data[:-1]

    def _address(self) -> int:
        """An address, as an offset in flash; of other memory nothing is here."""
        offset = int.from_bytes(self._checked(5), "big") - self.origin
        if not 0 <= offset < len(self.flash):
            raise Refused
        self._send(ACK)
        return offset

    def _get(self) -> None:
        self._send(bytes([len(self.commands), VERSION, *self.commands]) + ACK)

    def _read(self) -> None:
        offset = self._address()
        size, complement = self.line.read(2)
        if size ^ complement != 0xFF:
            raise Refused
        self._send(ACK + self.flash[offset : offset + size + 1])

    def _write(self) -> None:
        offset = self._address()
        size = self.line.read(1)
        data = self.line.read(size[0] + 2)
        if functools.reduce(operator.xor, size + data) or len(data) % 4 != 1 or offset % 4:
            raise Refused
        self.writes += 1
        for at, byte in enumerate(data[:-1], offset):
            if at == self.stalls_at:
                self.stalled = True
                self.line.read(1 << 30)
            if at == self.dies_at:
                raise Refused
            self.flash[at] &= byte if at != self.stuck else 0  # flash only loses bits: a missing erase would show
        self._send(ACK)

    def _erase(self) -> None:
        width = 1 if self.erase_command == 0x43 else 2
        count = self.line.read(width)
        if int.from_bytes(count, "big") >= (0xFF if width == 1 else 0xFFF0):  # all of it
            self.line.read(1)
            pages = list(range(len(self.sectors)))
        else:
            data = self.line.read(width * (int.from_bytes(count, "big") + 1) + 1)
            if functools.reduce(operator.xor, count + data):
                raise Refused
            pages = [int.from_bytes(data[i : i + width], "big") for i in range(0, len(data) - 1, width)]
        for page in pages:
            if page >= len(self.sectors):
                raise Refused
            start = sum(self.sectors[:page])
            self.flash[start : start + self.sectors[page]] = b"\xff" * self.sectors[page]
        self._send(ACK)

    def _go(self) -> None:
        if self._address() != 0:
            raise Refused
        self.boot0 = False
        self._run()

    def _run(self) -> None:
        """The firmware, on the same line, until the board is reset."""
        image = self.scratch / "flash.bin"
        image.write_bytes(self.flash)
        with emulate(boards.load(self.name), image) as url:
            self.line.bridge(url)


@contextmanager
def stm32(name: str, scratch: Path) -> Iterator[tuple[Stm32, Board]]:
    """The chip of a board, in its bootloader."""
    chip = Stm32(name, scratch)
    with Board(chip.life, chip.line) as board:
        yield chip, board
