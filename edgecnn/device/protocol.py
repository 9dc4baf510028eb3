"""Frames as bytes: the host's half of firmware/app/protocol.h, which is the manual."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum

VERSION = 2
ANSWER = 0x80
_HEADER = struct.Struct("<BBHI")
_CRC = struct.Struct("<I")
_LONGEST = 1 << 24  # bytes of a frame: more than any board has


class Command(IntEnum):
    """What a host can ask for."""

    HELLO = 1
    INFER = 2
    LAYER = 3
    TIME = 4
    SELF_TEST = 5
    IMAGE = 6
    STACK = 7
    ROW = 8
    RESET = 9
    TRACE = 10


class Status(IntEnum):
    """What stands against a request."""

    OK = 0
    BAD_VERSION = 1
    BAD_COMMAND = 2
    BAD_LENGTH = 3
    BAD_ARGUMENT = 4
    STALE = 5


@dataclass(frozen=True)
class Frame:
    """A request, or with `command` + ANSWER its answer, whose `argument` is then a Status."""

    command: int
    sequence: int
    argument: int = 0
    body: bytes = b""
    version: int = VERSION


def encode(frame: Frame) -> bytes:
    """The frame on the wire, a delimiter at both ends."""
    payload = _HEADER.pack(frame.version, frame.command, frame.argument, frame.sequence) + frame.body
    return b"\0" + cobs(payload + _CRC.pack(zlib.crc32(payload))) + b"\0"


def decode(stuffed: bytes) -> Frame | None:
    """The frame whose bytes between two delimiters are `stuffed`; None when it is not sound."""
    whole = uncobs(stuffed)
    if whole is None or len(whole) < _HEADER.size + _CRC.size:
        return None
    payload, crc = whole[: -_CRC.size], whole[-_CRC.size :]
    if _CRC.unpack(crc) != (zlib.crc32(payload),):
        return None
    version, command, argument, sequence = _HEADER.unpack_from(payload)
    return Frame(command, sequence, argument, payload[_HEADER.size :], version)


class Receiver:
    """Cuts what arrives into frames; `corrupt` counts what was between two delimiters and was none."""

    def __init__(self) -> None:
        self.corrupt = 0
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The sound frames that `data` completes."""
        self._pending += data
        if b"\0" not in data and len(self._pending) <= _LONGEST:
            return []
        *ended, self._pending = self._pending.split(b"\0")
        if len(self._pending) > _LONGEST:
            self._pending.clear()
            self.corrupt += 1
        frames = [decode(bytes(stuffed)) for stuffed in ended if stuffed]
        self.corrupt += frames.count(None)
        return [frame for frame in frames if frame is not None]


def cobs(data: bytes) -> bytes:
    """`data` without zeros: each block of up to 254 other bytes follows its length + 1, and up to 253 stand for a zero
    more."""
    out = bytearray()
    for part in data.split(b"\0"):
        while len(part) >= 254:
            out += b"\xff" + part[:254]
            part = part[254:]
        out += bytes([len(part) + 1]) + part
    return bytes(out)


def uncobs(stuffed: bytes) -> bytes | None:
    """What `cobs` was given; None when a block is cut short. `stuffed` holds no zero."""
    out, at, zero = bytearray(), 0, False
    while at < len(stuffed):
        code = stuffed[at]
        block = stuffed[at + 1 : at + code]
        if len(block) < code - 1:
            return None
        out += b"\0" * zero + block
        at, zero = at + code, code < 255
    return bytes(out)
