"""UF2: firmware as a file for the USB drive that a board shows, in blocks of 512 bytes that each tell their address."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from ..errors import EdgecnnError

PAYLOAD = 256  # bytes in a block: all that the RP2040's ROM takes

_BLOCK = struct.Struct("<8I476sI")
_BEGIN, _SECOND, _END = 0x0A324655, 0x9E5D5157, 0x0AB16F30
_HAS_FAMILY = 0x2000


@dataclass(frozen=True)
class Firmware:
    """Bytes from the address `start` on, for the chips of a family (the format's register of families numbers them)."""

    family: int
    start: int
    image: bytes


def write(firmware: Firmware) -> bytes:
    """The file; the image is filled up with zeros to a multiple of PAYLOAD."""
    image, start = firmware.image, firmware.start
    pieces = [image[at : at + PAYLOAD].ljust(PAYLOAD, b"\0") for at in range(0, len(image), PAYLOAD)]
    return b"".join(
        _BLOCK.pack(
            _BEGIN,
            _SECOND,
            _HAS_FAMILY,
            start + PAYLOAD * number,
            PAYLOAD,
            number,
            len(pieces),
            firmware.family,
            piece,
            _END,
        )
        for number, piece in enumerate(pieces)
    )


def read(data: bytes) -> Firmware:
    """What `write` was given, filled up; raises EdgecnnError when `data` is anything else."""
    if not data or len(data) % _BLOCK.size:
        raise EdgecnnError(f"a UF2 file has blocks of {_BLOCK.size} bytes, but this one has {len(data):,} bytes.")
    image, (_, _, _, start, *_, family, _, _) = bytearray(), _BLOCK.unpack_from(data)
    count = len(data) // _BLOCK.size
    for number, block in enumerate(_BLOCK.iter_unpack(data)):
        *header, payload, end = block
        address = start + PAYLOAD * number
        if [*header, end] != [_BEGIN, _SECOND, _HAS_FAMILY, address, PAYLOAD, number, count, family, _END]:
            raise EdgecnnError(f"block {number} of the UF2 file is damaged; build the firmware again.")
        image += payload[:PAYLOAD]
    return Firmware(family, start, bytes(image))
