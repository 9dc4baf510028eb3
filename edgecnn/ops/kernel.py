"""What an op asks of a kernel: records of numbers and constants, and the memory that the call needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

import numpy as np

from ..fixed_point import Array


@dataclass(frozen=True, eq=False)
class Record:
    """What a kernel is told: fields are numbers, arrays of constants, and records within it.

    In C it is a struct whose fields have the same names, an array being a pointer to constants in flash.
    """

    def leaves(self) -> Iterator[tuple[str, int | Array]]:
        """Every number and array by the name of its field in the C struct: `a.b` is field b of its struct a."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Record):
                prefix = "" if isinstance(value, Part) else f"{each.name}."
                yield from ((prefix + name, leaf) for name, leaf in value.leaves())
            else:
                yield each.name, value

    def arrays(self) -> dict[str, Array]:
        """The constants among them."""
        return {name: leaf for name, leaf in self.leaves() if isinstance(leaf, np.ndarray)}


@dataclass(frozen=True, eq=False)
class Part(Record):
    """A record without a struct of its own in C: its fields are among those of the record that has it."""


@dataclass(frozen=True)
class KernelCall:
    """The C side of an op: `edgecnn_KERNEL(&params, inputs..., output)`, then `scratch` where the kernel needs some."""

    kernel: str
    params: Record
    """As `edgecnn_KERNEL_params` has it; its arrays become constants in flash."""
    scratch: int = 0
    """Bytes for the kernel's own use."""
    leads: Mapping[int, int] = field(default_factory=dict)
    """Inputs that the output may overwrite, by their position: how many bytes each must begin after the output at
    least, so that no byte is written before it is read (0: the kernel works in place; negative: it may begin before).
    """
    joins: bool = False
    """Whether an input that lies at its lead exactly need not be copied."""
    constants: Mapping[int, Array] = field(default_factory=dict)
    """Inputs in flash, by their position among the kernel's inputs."""
    gathers: bool = False
    """Whether the kernel takes its inputs, as many as there are, as one array of pointers."""
    folder: str = ""
    """Where in firmware/runtime its source is: a core's own folder, or the plain kernels beside them."""
    alignment: int = 1
    """Of its arrays in flash, in bytes, where the kernel is faster for it."""
