"""Writes C: knows layout and syntax, and nothing about networks."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

_WIDTH = 110
_LARGEST_OBJECT = 32767  # bytes, of avr-gcc
_PARAMS = "static const EDGECNN_FLASH"
_WEIGHTS = f"{_PARAMS} EDGECNN_WEIGHTS"
_INPUT = "static const"
_LICENCE = "SPDX-License-Identifier: Apache-2.0"
_C_TYPES = {f"{sign}int{bits}": f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32)}


def constant(name: str, values: NDArray[np.generic], alignment: int = 1, *, is_input: bool = False) -> str:
    """A static constant array at a multiple of `alignment` bytes, its numbers in lines of at most _WIDTH columns.

    Where it is larger than an object may be on the smallest targets, it says where they go on (runtime/flash.h). What a
    kernel takes as an input lies in RAM where flash is read by other instructions.
    """
    numbers = [_number(value) for value in values.ravel().tolist()]
    most = _LARGEST_OBJECT // values.itemsize
    objects = [_wrap(numbers[at : at + most]) for at in range(0, len(numbers), most)]
    size = str(len(numbers)) if len(objects) == 1 else ""
    body = objects[0] + "".join(f"EDGECNN_CONTINUED({name}_{i})\n{lines}" for i, lines in enumerate(objects[1:], 1))
    aligned = f" __attribute__((aligned({alignment})))" if alignment > 1 else ""
    place = _INPUT if is_input else _WEIGHTS
    return f"{place} {_C_TYPES[values.dtype.name]} {name}[{size}]{aligned} = {{\n{body}}};\n"


def struct(type_name: str, name: str, fields: Mapping[str, str]) -> str:
    """A static constant struct with designated initializers."""
    lines = "".join(f"    .{field} = {value},\n" for field, value in fields.items())
    return f"{_PARAMS} {type_name} {name} = {{\n{lines}}};\n"


def licence(begin: str = "/*", end: str = " */") -> str:
    """The first line of a file: the licence of edgecnn's own text, as tools look for it."""
    return f"{begin} {_LICENCE}{end}\n"


def comment(lines: Iterable[str]) -> str:
    """A block comment; whatever would end it early is broken up."""
    body = "".join(f" * {line}".rstrip().replace("*/", "* /") + "\n" for line in lines)
    return f"/*\n{body} */\n"


def table(rows: Iterable[tuple[str, ...]], right: Container[int] = ()) -> list[str]:
    """Rows of cells as lines, the columns aligned, those in `right` to the right."""
    cells = list(rows)
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    aligned = [[_cell(row[i], width, i in right) for i, width in enumerate(widths)] for row in cells]
    return ["  ".join(row).rstrip() for row in aligned]


def _cell(text: str, width: int, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)


def _number(value: int) -> str:
    # -2147483648 would be the negation of a number that is no int32.
    return "INT32_MIN" if value == -(2**31) else str(value)


def _wrap(words: list[str]) -> str:
    lines, line = [], "   "
    for word in words:
        if len(line) + len(word) + 2 > _WIDTH:
            lines.append(line)
            line = "   "
        line += f" {word},"
    return "\n".join([*lines, line]) + "\n"
