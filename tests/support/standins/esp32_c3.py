"""An ESP32-C3: the loader in its ROM as Espressif documents it, and what the ROM loads, run by unicorn.

What the chip has beside its core is what the firmware touches: UART0, the system timer, the watchdogs.
"""

from __future__ import annotations

import ctypes
import hashlib
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import unicorn
from unicorn import riscv_const

from tests.support.standins.line import Board, Interrupted, Line

FLASH_SIZE, SECTOR = 4 << 20, 4096
SRAM, FETCH, SRAM_SIZE = 0x3FC80000, 0x40380000, 0x60000  # the same memory on the data and the instruction bus
ROM_VARIABLES, ROM_STACK = 0x3FCCAE00, 0x3FCDE710
RESETS_AFTER = 0.5  # seconds of silence, instead of the reset by RTS, a wire that a pty lacks

CHIP_ID, W25Q32 = 5, 0x1640EF
SPI_W0 = 0x60002058

TIMG_CONFIG, TIMG_PROTECT = 0x6001F048, 0x6001F064
RTC_CONFIG, RTC_PROTECT = 0x60008090, 0x600080A8
SWD_CONFIG, SWD_PROTECT = 0x600080AC, 0x600080B0
LOCKS = {
    TIMG_CONFIG: (TIMG_PROTECT, 0x50D83AA1),
    RTC_CONFIG: (RTC_PROTECT, 0x50D83AA1),
    SWD_CONFIG: (SWD_PROTECT, 0x8F1D312A),
}
UART_FIFO, UART_STATUS = 0x60000000, 0x6000001C
SYSTIMER_OP, SYSTIMER_LOW = 0x60023004, 0x60023044


@dataclass
class Esp32C3:
    """The chip; `download` is what its boot pin says at reset, `damaged` an offset of flash that takes no writing."""

    line: Line = field(default_factory=Line)
    download: bool = True
    damaged: int | None = None
    flash: bytearray = field(default_factory=lambda: bytearray(b"\xff" * FLASH_SIZE))

    def life(self) -> None:
        """From reset on."""
        if self.download:
            Loader(self).run()
            self.download = False
        self.line.write(b"ESP-ROM:esp32c3-api1-20210207\r\n")
        try:
            segments, entry = image(self.flash)
        except ValueError as error:
            self.line.write(f"{error}\r\n".encode())
            self.line.read(1 << 30)  # its watchdog would reset it for ever
        Core(self.line, segments, entry).run()


def image(flash: bytes | bytearray) -> tuple[dict[int, bytes], int]:
    """What the ROM loads (by address), and where it jumps to; raises ValueError as the ROM refuses."""
    magic, count, _, _, entry = struct.unpack_from("<4BI", flash)
    if magic != 0xE9 or struct.unpack_from("<H", flash, 12) != (CHIP_ID,):
        raise ValueError("invalid header")
    at, checksum, segments = 24, 0xEF, {}
    for _ in range(count):
        address, size = struct.unpack_from("<II", flash, at)
        segments[address] = bytes(flash[at + 8 : at + 8 + size])
        at += 8 + size
        for byte in segments[address]:
            checksum ^= byte
        offset = address - (FETCH if address >= FETCH else SRAM)
        if not 0 <= offset <= offset + size <= ROM_VARIABLES - SRAM:
            raise ValueError("the ROM would overwrite its own variables")
    at |= 15  # the checksum ends a line of 16 bytes
    if flash[at] != checksum or flash[at + 1 : at + 33] != hashlib.sha256(flash[: at + 1]).digest():
        raise ValueError("the image is damaged")
    return segments, entry


class Loader:
    """Requests and answers in SLIP frames, until silence follows the question for an MD5."""

    def __init__(self, chip: Esp32C3):
        self.chip, self.done = chip, False
        self.at, self.inflate = 0, zlib.decompressobj()
        self.commands: dict[int, Callable[[bytes], tuple[int, bytes]]] = {
            0x02: self.begin,
            0x03: self.data,
            0x09: lambda body: (0, b""),  # a register is written
            0x0A: lambda body: (W25Q32 if struct.unpack_from("<I", body) == (SPI_W0,) else 0, b""),
            0x10: self.begin,
            0x11: lambda body: self.data(body, self.inflate.decompress),
            0x13: self.md5,
            0x14: lambda body: (0, struct.pack("<IB7sII", 0, 0, bytes(7), CHIP_ID, 3)),
        }
        self.commands |= dict.fromkeys((0x04, 0x08, 0x0B, 0x0D, 0x12), lambda body: (0, b""))  # nothing to do here

    def run(self) -> None:
        for packet in self.packets():
            if len(packet) < 8 or packet[0] != 0:
                continue
            _, command, size, checksum = struct.unpack_from("<BBHI", packet)
            body = packet[8:]
            sound = size == len(body) and command in self.commands
            if sound and command in (0x03, 0x11):
                sum_ = 0xEF
                for byte in body[16:]:
                    sum_ ^= byte
                sound = sum_ == checksum
            value, answer = self.commands[command](body) if sound else (0, b"")
            answer += b"\0\0\0\0" if sound else b"\1\5\0\0"
            for _ in range(8 if command == 0x08 else 1):  # to SYNC the ROM answers eight times
                self.send(struct.pack("<BBHI", 1, command, len(answer), value) + answer)

    def packets(self) -> Iterator[bytes]:
        pending, inside = b"", False
        while True:
            data = self.chip.line.poll(RESETS_AFTER)
            if not data and self.done:
                return
            for byte in data:
                if byte != 0xC0:
                    pending += bytes([byte])
                elif inside and pending:
                    yield pending.replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb")
                    pending, inside = b"", False
                else:
                    pending, inside = b"", True

    def send(self, packet: bytes) -> None:
        self.chip.line.write(b"\xc0" + packet.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") + b"\xc0")

    def begin(self, body: bytes) -> tuple[int, bytes]:
        size, _, _, self.at = struct.unpack_from("<4I", body)
        self.inflate = zlib.decompressobj()
        end = self.at + -(-size // SECTOR) * SECTOR
        self.chip.flash[self.at : end] = b"\xff" * (end - self.at)
        return 0, b""

    def data(self, body: bytes, unpacked: Callable[[bytes], bytes] = bytes) -> tuple[int, bytes]:
        (size,) = struct.unpack_from("<I", body)
        for byte in unpacked(body[16 : 16 + size]):
            self.chip.flash[self.at] &= byte if self.at != self.chip.damaged else 0
            self.at += 1
        return 0, b""

    def md5(self, body: bytes) -> tuple[int, bytes]:
        start, size = struct.unpack_from("<II", body)
        self.done = True
        return 0, hashlib.md5(self.chip.flash[start : start + size]).hexdigest().encode()


class Core:
    """What the ROM loaded, running."""

    def __init__(self, line: Line, segments: dict[int, bytes], entry: int):
        self.line, self.entry = line, entry
        self.received, self.sent, self.over = b"", bytearray(), False
        self.registers = {TIMG_CONFIG: 1 << 14, RTC_CONFIG: 1 << 12}  # both watchdogs watch while the ROM boots
        self.memory = ctypes.create_string_buffer(SRAM_SIZE)
        self.cpu = unicorn.Uc(unicorn.UC_ARCH_RISCV, unicorn.UC_MODE_RISCV32)
        for start in (SRAM, FETCH):
            self.cpu.mem_map_ptr(start, SRAM_SIZE, unicorn.UC_PROT_ALL, self.memory)
        for page in (0x60000000, 0x60008000, 0x6001F000, 0x60023000):
            self.cpu.mmio_map(page, 0x1000, self.read, page, self.write, page)
        for address, data in segments.items():
            self.cpu.mem_write(address, data)
        self.cpu.reg_write(riscv_const.UC_RISCV_REG_SP, ROM_STACK)

    def run(self) -> None:
        self.cpu.emu_start(self.entry, 0)
        if self.over:
            raise Interrupted

    def read(self, cpu: unicorn.Uc, offset: int, size: int, page: int) -> int:
        address = page + offset
        if address == UART_STATUS:
            self.poll()
            return min(len(self.received), 127)
        if address == UART_FIFO:
            byte, self.received = self.received[0], self.received[1:]
            return byte
        if address == SYSTIMER_LOW:
            return int(time.monotonic() * 16e6) & 0xFFFFFFFF
        return 1 << 29 if address == SYSTIMER_OP else self.registers.get(address, 0)

    def write(self, cpu: unicorn.Uc, offset: int, size: int, value: int, page: int) -> None:
        address = page + offset
        lock, key = LOCKS.get(address, (0, 0))
        if address == UART_FIFO:
            self.sent.append(value & 255)
        elif self.registers.get(lock, 0) == key:
            self.registers[address] = value

    def poll(self) -> None:
        """Exchange bytes with the line; a firmware that gets here with a watchdog running would be reset by it."""
        config = [self.registers.get(address, 0) for address in (TIMG_CONFIG, RTC_CONFIG, SWD_CONFIG)]
        try:
            if config != [0, 0, 1 << 31]:
                raise Interrupted
            if self.sent and (not self.sent[-1] or len(self.sent) > 100):
                self.line.write(bytes(self.sent))
                self.sent.clear()
            if not self.received:
                self.received = self.line.poll(0.005 if not self.sent else 0)
        except Interrupted:
            self.over = True
            self.cpu.emu_stop()


@contextmanager
def esp32_c3() -> Iterator[Esp32C3]:
    """The chip as it comes, its boot button held."""
    chip = Esp32C3()
    with Board(chip.life, chip.line):
        yield chip
