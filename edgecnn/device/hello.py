"""What a board says about itself: the body of its answer to HELLO."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass


@dataclass(frozen=True)
class Tensor:
    """Input or output of the model on the board, without the batch of 1."""

    shape: tuple[int, ...]
    scale: float
    zero_point: int

    @classmethod
    def parse(cls, body: bytes, at: int) -> tuple[Tensor, int]:
        """The tensor described at offset `at` of HELLO's body, and the offset after it."""
        scale, zero_point, axes = struct.unpack_from("<fbB", body, at)
        shape = struct.unpack_from(f"<{axes}I", body, at + 6)
        return cls(shape[1:], scale, zero_point), at + 6 + 4 * axes

    @property
    def size(self) -> int:
        """Number of codes."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Hello:
    """What a board says about itself."""

    firmware: str
    board: str
    model: str
    sha256: str
    input: Tensor
    output: Tensor
    layers: int
    arena: int
    ticks_per_second: int
    self_test_ticks: int  # of one vector: no inference takes longer
    self_test_failures: int  # at boot; bit i: vector i was wrong
    rows: int = 0  # of the input, where it is streamed

    @classmethod
    def parse(cls, body: bytes) -> Hello:
        """The body of the answer to HELLO; raises ValueError or struct.error when it is none."""
        fixed = struct.Struct("<BIIIH32s")
        failures, ticks_per_second, ticks, arena, layers, sha256 = fixed.unpack_from(body)
        into, at = Tensor.parse(body, fixed.size)
        out, at = Tensor.parse(body, at)
        *names, rest = body[at:].split(b"\0", 3)
        firmware, board, model = (name.decode() for name in names)
        (rows,) = struct.unpack("<H", rest or b"\0\0")
        return cls(
            firmware, board, model, sha256.hex(), into, out, layers, arena, ticks_per_second, ticks, failures, rows
        )
