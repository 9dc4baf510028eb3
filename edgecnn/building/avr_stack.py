"""The deepest that the stack of an AVR can get, followed instruction by instruction through the linked program.

avr-gcc says nothing about its own library; the machine code says everything, as each instruction that moves the stack
pointer moves it by a number that stands there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from .stack import UnknownStackError

_LARGE = 6  # the lowest of the architectures (e_flags) whose program counter takes three bytes: 6 is ATmega2560's
_FLAGS_ARCHITECTURE = 0x7F

# Relocations that take the address of a function, as a number of words.
_TAKES_ADDRESS = {5, 12, 13, 14, 15, 16, 17, 24, 25}

_RCALL_NEXT = 0xD000  # a call of the next instruction: how the compiler makes room for a return address's bytes
_RETURNS = (0x9508, 0x9518)
_THROUGH_POINTER = {0x9509: True, 0x9519: True, 0x9409: False, 0x9419: False}  # True: comes back
_SBC_ZERO = 0x09D1  # of Y's high byte: sbc r29, r1
_Y_FROM_STACK, _STACK_FROM_Y = (0xB7CD, 0xB7DE), (0xBFCD, 0xBFDE)


def worst_case(path: Path) -> int:
    """Bytes of stack that the linked program in `path` can need from reset on, one interrupt included.

    The program must have kept its relocations: what is called through a pointer is taken to be any function whose
    address is ever taken. Raises UnknownStackError when the code is recursive, or moves the stack pointer by amounts
    that it does not tell.
    """
    from elftools.elf.elffile import ELFFile

    with path.open("rb") as file:
        program = _Program(ELFFile(file))
    reset, *interrupts = program.vectors()
    handlers = [program.depth(entry) for entry in sorted(set(interrupts) - {reset})]
    return program.depth(reset) + (program.return_address + max(handlers) if handlers else 0)


class _Program:
    def __init__(self, elf: Any):
        self.return_address = 3 if elf["e_flags"] & _FLAGS_ARCHITECTURE >= _LARGE else 2
        code = [s for s in elf.iter_sections() if s["sh_flags"] & 6 == 6]  # allocated, executable
        self.code = {section["sh_addr"]: section.data() for section in code}
        symbols = list(elf.get_section_by_name(".symtab").iter_symbols())
        self.names: dict[int, str] = {s["st_value"]: s.name for s in symbols if s["st_info"]["type"] == "STT_FUNC"}
        self.pointed = {
            symbols[entry["r_info_sym"]]["st_value"] + entry["r_addend"]
            for table in elf.iter_sections()
            if table["sh_type"] == "SHT_RELA"
            for entry in table.iter_relocations()
            if entry["r_info_type"] in _TAKES_ADDRESS
        }
        self.known: dict[int, int | None] = {}  # None while it is being found: a recursion

    def vectors(self) -> Iterator[int]:
        """The targets of the jumps with which the program begins: reset, then the interrupts."""
        at = 0
        while (word := self.word(at)) & 0xFE0E == 0x940C:
            yield _far(word, self.word(at + 2))
            at += 4

    def depth(self, entry: int) -> int:
        """Bytes from the entry of a function, its return address not counted, to the deepest point below it."""
        if entry not in self.known:
            self.known[entry] = None
            self.known[entry] = self.walk(entry)
        depth = self.known[entry]
        if depth is None:
            raise UnknownStackError(f"{self.name(entry)} may call itself")
        return depth

    def walk(self, entry: int) -> int:
        """Every way through the code from `entry` to its returns; a jump into another function is followed too."""
        deepest, at_depth = 0, {entry: 0}
        pending: list[tuple[int, int | None]] = [(entry, None)]  # (address, depth to which Y points)
        while pending:
            at, y = pending.pop()
            word, depth = self.word(at), at_depth[at]
            after, y = self.moved(at, word, depth, y)
            deepest = max(deepest, after)
            if word in _RETURNS and depth != 0:
                raise UnknownStackError(f"{self.name(entry)} does not return with the stack as it was")
            for callee in self.callees(at, word):
                deepest = max(deepest, depth + self.return_address + self.depth(callee))
            for following in self.following(at, word):
                if following not in at_depth:
                    at_depth[following] = after
                    pending.append((following, y))
                elif at_depth[following] != after:
                    raise UnknownStackError(f"{self.name(entry)} moves the stack pointer in a loop")
        return deepest

    def moved(self, at: int, word: int, depth: int, y: int | None) -> tuple[int, int | None]:
        """Depth and Y after an instruction; between Y's two halves in and out, what both will be."""
        if word & 0xFE0F == 0x920F:  # push
            return depth + 1, y
        if word & 0xFE0F == 0x900F:  # pop
            return depth - 1, y
        if word == _RCALL_NEXT:
            return depth + self.return_address, y
        if word in _Y_FROM_STACK:
            return depth, depth
        if word in _STACK_FROM_Y and y is not None:
            return y, y
        if word & 0xFE0F in (0xBE0D, 0xBE0E) and at not in self.reset:  # any other out to the stack pointer
            raise UnknownStackError(f"the code at {at:#x} sets the stack pointer to what it does not tell")
        if y is not None and word & 0xFE30 == 0x9620:  # adiw, sbiw of Y
            constant = word & 0xF | word >> 2 & 0x30
            return depth, y + (constant if word & 0x100 else -constant)
        if y is not None and word & 0xF0F0 == 0x50C0:  # subi of Y's low byte; sbci or sbc of its high byte follows
            high = self.word(at + 2)
            if high != _SBC_ZERO and high & 0xF0F0 != 0x40D0:
                return depth, None
            constant = _immediate(word) | (0 if high == _SBC_ZERO else _immediate(high) << 8)
            return depth, y + (constant if constant < 0x8000 else constant - 0x10000)
        return depth, y

    def callees(self, at: int, word: int) -> list[int]:
        if word & 0xFE0E == 0x940E:  # call
            return [_far(word, self.word(at + 2))]
        if word & 0xF000 == 0xD000 and word != _RCALL_NEXT:  # rcall
            return [_near(at, word)]
        return sorted(self.pointed) if _THROUGH_POINTER.get(word) else []

    def following(self, at: int, word: int) -> list[int]:
        """Where the program may go on, calls having returned."""
        after = at + self.size(word)
        if word in _RETURNS:
            return []
        if word in _THROUGH_POINTER:
            return [after] if _THROUGH_POINTER[word] else sorted(self.pointed)
        if word & 0xFE0E == 0x940C:  # jmp
            return [_far(word, self.word(at + 2))]
        if word & 0xF000 == 0xC000:  # rjmp
            return [_near(at, word)]
        if word & 0xF800 == 0xF000:  # a branch
            offset = word >> 3 & 0x7F
            return [after, after + 2 * (offset - 128 * (offset >> 6))]
        if word & 0xFC00 == 0x1000 or word & 0xFC08 == 0xFC00 or word & 0xFD00 == 0x9900:  # cpse, sbrx, sbix skip
            return [after, after + self.size(self.word(after))]
        return [after]

    @staticmethod
    def size(word: int) -> int:
        return 4 if word & 0xFE0C == 0x940C or word & 0xFC0F == 0x9000 else 2  # jmp, call, lds, sts

    @cached_property
    def reset(self) -> set[int]:
        """The addresses from reset to the first jump: there the stack pointer is set, to the end of RAM."""
        at = next(self.vectors())
        found = {at}
        while len(self.following(at, self.word(at))) == 1 and self.word(at) & 0xFE0E != 0x940C:
            at += self.size(self.word(at))
            found.add(at)
        return found

    def word(self, at: int) -> int:
        for begin, code in self.code.items():
            if begin <= at < begin + len(code) - 1:
                return int(struct.unpack_from("<H", code, at - begin)[0])
        raise UnknownStackError(f"the program leaves its code at {at:#x}")

    def name(self, entry: int) -> str:
        return self.names.get(entry, f"the code at {entry:#x}")


def _far(word: int, second: int) -> int:
    return 2 * (((word & 0x1F0) >> 3 | word & 1) << 16 | second)


def _immediate(word: int) -> int:
    return word >> 4 & 0xF0 | word & 0xF


def _near(at: int, word: int) -> int:
    offset = word & 0xFFF
    return at + 2 + 2 * (offset - 4096 * (offset >> 11))
