"""What a .tflite file has in it, as tests write it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Quantization = tuple[Sequence[float], Sequence[int], int]  # scales, zero points, quantized dimension


@dataclass
class Tensor:
    """A tensor of the file; `data` makes it a constant, `signature` is what dynamic shapes are declared with."""

    shape: tuple[int, ...]
    type: int
    quantization: Quantization | None
    data: bytes = b""
    signature: tuple[int, ...] | None = None


@dataclass
class Operator:
    """An op of the file; `fields` are those of its options table, by their names in the schema."""

    code: int
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: str | None
    fields: dict[str, Any]
