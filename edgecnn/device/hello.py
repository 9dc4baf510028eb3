"""What a board says about itself: the body of its answer to HELLO."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field, replace
from typing import Any

from ..door import Door
from ..tensor import Tensor

_TYPES = {0: "float32", 2: "int32", 3: "uint8", 7: "int16", 9: "int8"}  # as numbered in TFLite's schema
_MOST_AXES = 8
_MOST_BYTES = 2**31  # of an input or output: no board has more


@dataclass(frozen=True)
class Hello:
    """What a board says about itself."""

    firmware: str
    board: str
    model: str
    sha256: str
    inputs: tuple[Door, ...]
    outputs: tuple[Door, ...]
    layers: int
    arena: int
    ticks_per_second: int
    self_test_ticks: int  # of one vector: no inference takes longer
    self_test_failures: int  # at boot; bit i: vector i was wrong
    rows: int = 0  # of the input, where it is streamed
    has_state: bool = False
    sequence: int = field(default=0, compare=False)  # number of the last request that touched the state

    @classmethod
    def parse(cls, body: bytes) -> Hello:
        """The body of the answer to HELLO; raises ValueError or struct.error when it is none."""
        reader = _Reader(body)
        failures, ticks_per_second, ticks, arena, layers, sha256 = reader.numbers("<BIIIH32s")
        has_state, sequence, rows, inputs, outputs = reader.numbers("<BIHBB")
        if not inputs or not outputs:
            raise ValueError("no inputs or no outputs")
        doors = [replace(reader.door(), index=index) for index in range(inputs + outputs)]
        firmware, board, model = (reader.text() for _ in range(3))
        return cls(
            firmware=firmware,
            board=board,
            model=model,
            sha256=sha256.hex(),
            inputs=tuple(doors[:inputs]),
            outputs=tuple(doors[inputs:]),
            layers=layers,
            arena=arena,
            ticks_per_second=ticks_per_second,
            self_test_ticks=ticks,
            self_test_failures=failures,
            rows=rows,
            has_state=bool(has_state),
            sequence=sequence,
        )


class _Reader:
    """Takes what comes next."""

    def __init__(self, body: bytes):
        self.body, self.at = body, 0

    def numbers(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self.body, self.at)
        self.at += struct.calcsize(form)
        return values

    def text(self) -> str:
        (size,) = self.numbers("<B")
        (data,) = self.numbers(f"<{size}s")
        return str(data.decode())

    def door(self) -> Door:
        own, codes, scale, zero_point, axes = self.numbers("<BBfiB")
        if own not in _TYPES or codes not in _TYPES or not 0 < axes <= _MOST_AXES:
            raise ValueError("an input or output of an unknown type")
        shape = self.numbers(f"<{axes}I")
        tensor = Tensor(0, "", tuple(shape), scale, zero_point, _TYPES[codes])
        if math.prod(shape) * tensor.itemsize > _MOST_BYTES:
            raise ValueError("an input or output larger than any memory")
        return Door(self.text(), tensor, _TYPES[own], 0)
