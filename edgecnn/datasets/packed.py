"""Packed files of a size that is known: no more is read or unpacked than they can have."""

import lzma
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

_MEMORY = 1 << 28  # bytes that an .xz file may ask for

_UNPACKERS: dict[bytes, Callable[[], Any]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(wbits=31),
    b"\xfd7zXZ\x00": lambda: lzma.LZMADecompressor(memlimit=_MEMORY),
}


def read(path: Path, most: int) -> bytes:
    """The content of a file; raises ValueError when it has more than `most` bytes, OSError as any reading."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size  # room is made for what is asked for
        return _bounded(file.read(min(size, most) + 1), most)


def unpacked(data: bytes, most: int) -> bytes:
    """`data` itself, or what is packed in it (gzip, xz).

    Raises ValueError when that is more than `most` bytes, EOFError when it is cut off, and zlib.error or lzma.LZMAError
    for damaged data.
    """
    make = next((make for magic, make in _UNPACKERS.items() if data.startswith(magic)), None)
    if make is None:
        return _bounded(data, most)
    unpacker = make()
    content: bytes = _bounded(unpacker.decompress(data, most + 1), most)
    if not unpacker.eof:
        raise EOFError("it is cut off")
    return content


def _bounded(content: bytes, most: int) -> bytes:
    if len(content) > most:
        raise ValueError(f"it has more than {most:,} bytes")
    return content
