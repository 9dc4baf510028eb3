"""The RP2040's second stage of boot: its ROM runs the first 256 bytes of flash only if they end in their CRC."""

from __future__ import annotations

import struct
from pathlib import Path

from ..errors import EdgecnnError

SECTION = ".boot2"
SIZE = 256


def seal(elf: Path) -> None:
    """Put the CRC into the section .boot2 of the file `elf`; one without that section stays as it is.

    Raises EdgecnnError when the code leaves no room for it.
    """
    from elftools.elf.elffile import ELFFile

    with elf.open("r+b") as file:
        section = ELFFile(file).get_section_by_name(SECTION)
        if section is None:
            return
        stage = section.data()
        if len(stage) != SIZE or any(stage[-4:]):
            raise EdgecnnError(f"the second stage of boot needs more than {SIZE - 4} bytes; make boot2.c smaller.")
        file.seek(section["sh_offset"] + SIZE - 4)
        file.write(struct.pack("<I", crc32_mpeg2(stage[:-4])))


def crc32_mpeg2(data: bytes) -> int:
    """CRC-32/MPEG-2: the polynomial of zlib's, but highest bit first and not inverted at the end."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc >> 31 else 0)) & 0xFFFFFFFF
    return crc
