"""What a manifest says of tensors, layers and their lines of C: each fact with its bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from edgecnn.fixed_point import INT32_MAX
from edgecnn.support import records
from edgecnn.support.records import Rule, matching, one_of, within

from . import c_names
from .labels import MOST_NAMES

Name = Annotated[str, Rule(lambda name: c_names.fault_of(name) is None, "a name for C that is not taken")]
Symbol = Annotated[str, matching(r"[a-z][A-Za-z0-9_]{0,63}", "the name of an array in C")]
LayerNumber = Annotated[str, matching(r"[0-9]{1,9}(\.[0-9]{1,9}){0,2}", "a number such as 3, 3.1 or 0.3.1")]
Kernel = Annotated[str, matching(r"[a-z][a-z0-9_]{0,63}", "the name of a kernel")]
Place = Annotated[str, matching(r"\w[\w.]{0,63}(/\w[\w.]{0,63}){0,3}", "the path of a file in the folder")]
Sha256 = Annotated[str, matching(r"[0-9a-f]{64}", "a SHA-256 in 64 hex digits")]
Version = Annotated[str, matching(r"[0-9][0-9A-Za-z.+]{0,31}", "a version of edgecnn")]
Size = Annotated[int, within(1, INT32_MAX)]
Count = Annotated[int, within(0, INT32_MAX)]
Total = Annotated[int, within(0, 2**63 - 1)]  # of many layers
Shape = Annotated[tuple[Size, ...], Rule(lambda shape: math.prod(shape) <= INT32_MAX, "at most 2^31 - 1 codes")]
Scale = Annotated[float, within(math.ulp(0), 1e38, "above 0 and finite")]
ZeroPoint = Annotated[int, within(-(2**15), 2**15)]
Index = Annotated[int, within(-INT32_MAX, INT32_MAX)]  # of a tensor of the file; what a variable becomes has none
Type = Annotated[str, one_of(["int8", "uint8", "int16", "int32", "float32"])]
Class = Annotated[str, records.PRINTABLE]
Classes = Annotated[tuple[Class, ...], Rule(lambda names: len(names) <= MOST_NAMES, f"at most {MOST_NAMES:,} names")]
Codes = Annotated[str, one_of(["int8", "uint8", "int16", "int32"])]


@dataclass(frozen=True)
class TensorFacts:
    """A tensor of the .tflite file: its index and name there; codes of `shape`, of the type `dtype`."""

    tensor: Index
    name: str
    shape: Shape
    scale: Scale
    zero_point: ZeroPoint
    dtype: Codes

    @property
    def bytes(self) -> int:
        """Of all codes."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class DoorFacts(TensorFacts):
    """An input or output: its name, and the type and tensor that the .tflite file itself has there."""

    type: Type
    file_tensor: Count


@dataclass(frozen=True)
class PlacedTensor(TensorFacts):
    """One that lies in the arena, `offset` bytes from its beginning."""

    offset: Count


@dataclass(frozen=True)
class Lines:
    """The first and the last of some lines of NAME.c, counted from 1."""

    first: Size
    last: Size


@dataclass(frozen=True)
class OpFacts:
    """An op of the model: the number by which reports call it (`edgecnn.program.numbering`), and what it gives.

    Where it computes nothing, such as a reshape, the number is that of the op whose codes it passes on.
    """

    number: LayerNumber
    kind: Annotated[str, records.PRINTABLE]
    output: TensorFacts


@dataclass(frozen=True)
class CallFacts:
    """A call of a kernel in NAME.c: the line where it stands, and those of its params and of each constant array."""

    number: LayerNumber
    kernel: Kernel
    line: Size
    params: Lines
    arrays: dict[Symbol, Lines]


@dataclass(frozen=True)
class LayerFacts:
    """A layer: one call of a kernel or, where it is streamed, one for each of its stages; sizes in bytes."""

    number: Count
    title: Annotated[str, records.PRINTABLE]
    ops: tuple[OpFacts, ...]
    kernel: Kernel
    calls: tuple[CallFacts, ...]
    inputs: tuple[PlacedTensor, ...]
    output: PlacedTensor
    macs: Total
    constant_bytes: Count
    scratch_bytes: Count
    accumulator_bound: Count


@dataclass(frozen=True)
class ModelFacts:
    """The .tflite file in the folder."""

    file: Place
    sha256: Sha256


@dataclass(frozen=True)
class ArenaFacts:
    """Bytes of the arena, and what no plan could be below."""

    bytes: Count
    lower_bound: Count


@dataclass(frozen=True)
class FlashEstimate:
    """Bytes of constants, and of the code of each kernel on a Cortex-M4 at -Os."""

    constants: Total
    kernels: dict[Kernel, Count]

    @property
    def code(self) -> int:
        """Of all kernels."""
        return sum(self.kernels.values())
