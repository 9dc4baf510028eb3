"""A micro:bit V1 on USB: the drive of its DAPLink, in a folder, and its nRF51 in QEMU behind a serial port."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from edgecnn import board as boards
from edgecnn.emulators.emulator import machine
from tests.support.standins.line import Board, Line

DETAILS = "# DAPLink Firmware\nUnique ID: 9900000051864e450052801400000001\nInterface Version: 0255\n"
END = b":00000001FF"


@dataclass
class Microbit:
    """The board; `drive` is where its drive is mounted, `kind` the number that it gives itself."""

    scratch: Path
    kind: str = "9900"
    line: Line = field(default_factory=Line)
    files: int = 0  # that were flashed
    refuses: str = ""  # why it takes no file

    def __post_init__(self) -> None:
        self.drive = self.scratch / "MICROBIT"
        self.hex = self.scratch / "flash.hex"
        self._mount()

    def _mount(self, failure: str = "") -> None:
        self.drive.mkdir(exist_ok=True)
        (self.drive / "DETAILS.TXT").write_text(DETAILS.replace("9900", self.kind, 1))
        if failure:
            (self.drive / "FAIL.TXT").write_text(f"error: {failure}\ntype: user\n")

    def life(self) -> None:
        """Waits for a file, or runs the last one until it is reset."""
        if self.hex.is_file():
            emulator = boards.load("bbc_microbit").emulator
            assert emulator
            with machine(emulator, ["-device", f"loader,file={self.hex}"], "-serial") as (port,):
                self.line.bridge(f"socket://127.0.0.1:{port}")
        self.line.read(1)  # no firmware: what comes is lost

    def watch(self, board: Board) -> None:
        """Flash what is copied to the drive; run by a thread of its own."""
        while board.alive:
            for file in self.drive.glob("*.hex"):
                data = file.read_bytes()
                if END in data:
                    self._flash(data)
                    board.reset()
            time.sleep(0.02)

    def _flash(self, data: bytes) -> None:
        for file in self.drive.iterdir():  # the drive goes away and comes back without the file
            file.unlink()
        time.sleep(0.3)
        if not self.refuses:
            self.hex.write_bytes(data)
            self.files += 1
        self._mount(self.refuses)


@contextmanager
def microbit(scratch: Path, kind: str = "9900") -> Iterator[Microbit]:
    """The board, never flashed."""
    chip = Microbit(scratch, kind)
    with Board(chip.life, chip.line, chip.watch):
        yield chip
