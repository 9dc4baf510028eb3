"""What is in a linked program: its sizes, and the image that flash tools take."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def measure(elf: Path) -> dict[str, Any]:
    """Bytes of "flash", by section, and of static "ram"."""
    from elftools.elf.elffile import ELFFile

    with elf.open("rb") as file:
        sizes = {
            section.name: section["sh_size"] for section in ELFFile(file).iter_sections() if section["sh_flags"] & 2
        }
    flash = {name.removeprefix("."): size for name, size in sizes.items() if name != ".bss" and size}
    return {"flash": flash, "ram": sizes.get(".data", 0) + sizes.get(".bss", 0)}


def image_of(elf: Path) -> tuple[int, bytes]:
    """The address of the program in flash, and its bytes."""
    from elftools.elf.elffile import ELFFile

    with elf.open("rb") as file:
        segments = [s for s in ELFFile(file).iter_segments() if s["p_type"] == "PT_LOAD" and s["p_filesz"]]
        pieces = sorted((segment["p_paddr"], segment.data()) for segment in segments)
    start, image = pieces[0][0], bytearray()
    for address, data in pieces:
        image += bytes(address - start - len(image)) + data
    return start, bytes(image)


def intel_hex(start: int, image: bytes) -> bytes:
    """Records of 16 bytes, which never cross 64 KB because flash starts at a multiple of 16."""
    lines, upper = [], -1
    for at in range(0, len(image), 16):
        address = start + at
        if address >> 16 != upper:
            upper = address >> 16
            lines.append(_record(4, 0, upper.to_bytes(2, "big")))
        lines.append(_record(0, address & 0xFFFF, image[at : at + 16]))
    return "".join([*lines, _record(1, 0, b"")]).encode()


def _record(kind: int, address: int, data: bytes) -> str:
    record = bytes([len(data), *address.to_bytes(2, "big"), kind, *data])
    return f":{(record + bytes([-sum(record) & 255])).hex().upper()}\n"
