"""The deepest that the stack can get, from what the compiler says of each function and from who calls whom."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import EdgecnnError

OPTION = "-fstack-size-section"  # clang's option that writes down each function's own stack

# What a compiler tells elsewhere: a name of functions -> their own bytes, and whether one calls itself, of which the
# assembler may have left no relocation.
Told = dict[str, tuple[int, bool]]

ENTRY = "_start"
_EXCEPTIONS = ".start"  # the section of the vector table: those functions begin by themselves, nobody calls them

# Relocations by what they do to a function, as numbered by each machine's ABI; every other one takes its address.
_CALLS = {"EM_ARM": {10}, "EM_RISCV": {18, 19}}
_JUMPS = {"EM_ARM": {30, 51, 102, 103}, "EM_RISCV": {16, 17, 44, 45}}  # to itself: a loop, to another: a tail call
_NOTHING: dict[str, set[int]] = {"EM_ARM": set(), "EM_RISCV": {24, 25}}  # the lower half of an address names the upper


class UnknownStackError(EdgecnnError):
    """No bound can be given; the sentence says why."""


@dataclass(frozen=True)
class _Function:
    name: str
    symbol: str  # which several may have
    section: int
    begin: int
    size: int


def worst_case(path: Path, exception_frame: int, told: Told | None = None) -> int:
    """Bytes of stack that the program in the relocatable object `path` can need, from reset on.

    What each function needs itself stands in the object, or is `told`. One exception may come on top at any time, for
    which the core stores `exception_frame` bytes. What is called through a pointer is taken to be any function whose
    address is ever taken. Raises UnknownStackError when a function does not tell its stack, or is recursive.
    """
    from elftools.elf.elffile import ELFFile

    with path.open("rb") as file:
        program = _Program(ELFFile(file), told)
        handlers = [program.depth(name) for name in program.exceptions]
        return program.depth(ENTRY) + (exception_frame + max(handlers) if handlers else 0)


class _Program:
    def __init__(self, elf: Any, told: Told | None):
        self.told = told
        self.machine: str = elf["e_machine"]
        self.thumb = int(self.machine == "EM_ARM")  # bit 0 of an address says that the code is Thumb
        self.sections = list(elf.iter_sections())
        self.symbols = list(elf.get_section_by_name(".symtab").iter_symbols())
        self.known: dict[str, int | None] = {}  # None while it is being found: a recursion

    def depth(self, name: str) -> int:
        """Bytes from the entry of the function `name` to the deepest point below it."""
        if name not in self.known:
            if name not in self.own:
                raise UnknownStackError(f"the compiler does not tell the stack of {name}")
            self.known[name] = None
            below = max((self.depth(callee) for callee in sorted(self.callees[name])), default=0)
            self.known[name] = self.own[name] + below
        depth = self.known[name]
        if depth is None:
            raise UnknownStackError(f"{name} may call itself")
        return depth

    @cached_property
    def functions(self) -> dict[int, list[_Function]]:
        """By section."""
        found = defaultdict(list)
        for symbol in self.symbols:
            if symbol["st_info"]["type"] == "STT_FUNC" and isinstance(symbol["st_shndx"], int):
                # Local functions of several files may share a name, hence the place.
                begin = symbol["st_value"] & ~self.thumb
                unique = symbol["st_info"]["bind"] != "STB_LOCAL"
                name = symbol.name if unique else f"{symbol.name}@{symbol['st_shndx']}+{begin:#x}"
                function = _Function(name, symbol.name, symbol["st_shndx"], begin, symbol["st_size"])
                found[symbol["st_shndx"]].append(function)
        return found

    @cached_property
    def own(self) -> dict[str, int]:
        """Each function's own bytes: what is told, else entries of .stack_sizes, an address and a ULEB128."""
        if self.told is not None:
            return {function.name: told[0] for function, told in self.functions_told}
        sizes = {}
        for section in self.sections:
            if section.name == ".stack_sizes":
                index = self.sections.index(section)
                data = section.data()
                for offset, _, name in self.relocations(index):
                    sizes[name] = _uleb128(data, offset + 4)
        return sizes

    @property
    def functions_told(self) -> Iterator[tuple[_Function, tuple[int, bool]]]:
        for functions in self.functions.values():
            yield from ((f, self.told[f.symbol]) for f in functions if self.told and f.symbol in self.told)

    @cached_property
    def references(self) -> list[tuple[str | None, int, str]]:
        """(function or None for data, type of relocation, function that it refers to), the vector table left out."""
        found = []
        for index, section in enumerate(self.sections):
            if section["sh_flags"] & 2 and not section.name.startswith((".ARM.ex", ".eh_frame")):  # SHF_ALLOC
                for offset, kind, target in self.relocations(index):
                    source = self.function_at(index, offset)
                    if (source or section.name != _EXCEPTIONS) and kind not in _NOTHING[self.machine]:
                        found.append((source, kind, target))
        return found

    @cached_property
    def exceptions(self) -> list[str]:
        """The functions that the vector table names, but for the entry."""
        tables = [i for i, section in enumerate(self.sections) if section.name == _EXCEPTIONS]
        names = {name for i in tables for offset, _, name in self.relocations(i) if self.function_at(i, offset) is None}
        return sorted(names - {ENTRY})

    @cached_property
    def callees(self) -> dict[str, set[str]]:
        calls, jumps = _CALLS[self.machine], _JUMPS[self.machine]
        found: dict[str, set[str]] = defaultdict(set)
        pointed = set()
        for source, kind, target in self.references:
            if source and (kind in calls or (kind in jumps and source != target)):
                found[source].add(target)
            elif kind not in jumps:
                pointed.add(target)
        for function, (_, calls_itself) in self.functions_told:
            if calls_itself:
                found[function.name].add(function.name)
        for functions in self.functions.values():
            for function in functions:
                if self.calls_through_pointer(function):
                    found[function.name] |= pointed
        return found

    def calls_through_pointer(self, function: _Function) -> bool:
        code = self.sections[function.section].data()[function.begin : function.begin + function.size]
        if self.machine == "EM_ARM":
            return any(_thumb_through_register(half) for (half,) in struct.iter_unpack("<H", code[: len(code) & ~1]))
        # The second half of a call with relocation is a jalr, too.
        direct = {offset + 4 - function.begin for offset, _, _ in self.relocations(function.section)}
        return any(at not in direct and _riscv_through_register(word) for at, word in _riscv_instructions(code))

    def relocations(self, section: int) -> Iterator[tuple[int, int, str]]:
        """(offset, type, function) of those that refer to functions, within or without."""
        for table in self.sections:
            if table["sh_type"] in ("SHT_REL", "SHT_RELA") and table["sh_info"] == section:
                for entry in table.iter_relocations():
                    offset, kind = entry["r_offset"], entry["r_info_type"]
                    symbol = self.symbols[entry["r_info_sym"]]
                    addend = entry["r_addend"] if table["sh_type"] == "SHT_RELA" else self.stored(section, offset, kind)
                    if name := self.target(symbol, addend):
                        yield offset, kind, name

    def stored(self, section: int, offset: int, kind: int) -> int:
        """The addend that stands in the place to be relocated: of R_ARM_ABS32; in code we meet none but 0."""
        return int(struct.unpack_from("<I", self.sections[section].data(), offset)[0]) if kind == 2 else 0

    def target(self, symbol: Any, addend: int) -> str | None:
        """The function that begins where a relocation points, or the undefined symbol of another library.

        What points into a function is a loop, or its table for a switch.
        """
        if symbol["st_shndx"] == "SHN_UNDEF":
            external = symbol.name and not symbol.name.startswith(
                ("bare_", "app_image_", "app_stack_")
            )  # the linker script's
            return symbol.name if external else None
        if not isinstance(symbol["st_shndx"], int):
            return None
        place = (symbol["st_value"] + addend) & ~self.thumb
        return next((f.name for f in self.functions.get(symbol["st_shndx"], ()) if f.begin == place), None)

    def function_at(self, section: int, offset: int) -> str | None:
        inside = (f for f in self.functions.get(section, ()) if f.begin <= offset < f.begin + f.size)
        return next((f.name for f in inside), None)


def _uleb128(data: bytes, at: int) -> int:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        if data[at] < 128:
            return value
        at, shift = at + 1, shift + 7


def _thumb_through_register(half: int) -> bool:
    """bx or blx of a register, but for bx lr, which returns. A constant that looks so only makes the bound wider."""
    return half & 0xFF07 == 0x4700 and half != 0x4770


def _riscv_instructions(code: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while at + 2 <= len(code):
        size = 4 if code[at] & 3 == 3 else 2
        yield at, int.from_bytes(code[at : at + size], "little")
        at += size


def _riscv_through_register(word: int) -> bool:
    """jalr, c.jr or c.jalr, but for those that return."""
    if word & 3 == 3:
        return word & 0x707F == 0x67 and word != 0x8067
    return word & 0xE07F == 0x8002 and word & 0xF80 != 0 and word != 0x8082
