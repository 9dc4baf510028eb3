"""How the program of a board is compiled and linked: a table of the compilers that board files may name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..board import Target
from ..errors import UsageError
from ..support import dependencies
from ..support.names import unknown
from . import avr_stack, compiler, gcc, stack

OPTIMIZED = (*compiler.STRICT, "-O2", "-g0")  # a target's own flags come behind these
_BARE = ("-ffreestanding", "-nostdlib", "-ffunction-sections", "-fno-unwind-tables")
_EXCEPTION_FRAME = {"eabi": 36, "eabihf": 108}  # ARMv7-M: 8 words, with FPU 26, and one to align them
_FLOATS_FRAME = {"-mfloat-abi=soft": 36, "-mfloat-abi=softfp": 108, "-mfloat-abi=hard": 108}  # the same by GCC's flags

# GNU C for address spaces, and each constant where it stands in the source (runtime/flash.h). Jump tables would lie in
# RAM. GCC 5's ivopts forgets that what an index runs through lies in flash, and reads RAM instead. Relocations are kept
# because they tell of which functions the address is taken.
_AVR = (
    "-std=gnu99",
    "-Waddr-space-convert",
    "-fno-toplevel-reorder",
    "-DEDGECNN_OBJECTS_KEEP_THEIR_ORDER",
    "-fno-jump-tables",
    "-fno-ivopts",
)
_AVR_LINK = ("-Wl,--gc-sections", "-Wl,--emit-relocs", "-lgcc")


_T = TypeVar("_T")


@dataclass(frozen=True)
class Linked:
    """What made the program, and how to find the bound of its stack in bytes (raises stack.UnknownStackError)."""

    compiler: str
    flags: list[str]
    stack: Callable[[], int]


def link(target: Target, arguments: list[str], script: Path, elf: Path) -> Linked:
    """Compile what `arguments` name (sources, include folders, definitions) and link it by the linker script.

    Raises UsageError when the compiler is not known or not installed, EdgecnnError when it fails. It may leave more in
    the folder of `elf`.
    """
    dependencies.path("pyelftools")
    return _of_kind(_BARE_KINDS, target)(target, arguments, script, elf)


def program(target: Target | None, arguments: list[str], output: Path) -> tuple[str, list[str]]:
    """Compile what `arguments` name to the program `output` of an operating system: the target's, else this computer's.

    Returns what made it, and by which flags. Raises as `link` does.
    """
    if target is None:
        cc, flags = compiler.host(), list(OPTIMIZED)
        name = cc.version
    else:
        cc, flags, name = _of_kind(_PROGRAM_KINDS, target)(target)
    cc.run([*flags, *arguments, "-o", str(output)])
    return name, flags


def _of_kind(kinds: dict[str, _T], target: Target) -> _T:
    if target.kind not in kinds:
        raise UsageError(unknown("compiler", target.kind, kinds))
    return kinds[target.kind]


def zig() -> compiler.Compiler:
    """The compiler from pip; raises UsageError when it is not installed."""
    dependencies.path("ziglang")
    found = compiler.zig()
    assert found
    return found


def core(target: Target) -> list[str]:
    """zig's flags for a core."""
    return ["-target", target.target, f"-mcpu={target.cpu}", *target.flags]


def _zig(target: Target, arguments: list[str], script: Path, elf: Path) -> Linked:
    cc = zig()
    flags = [*OPTIMIZED, *_BARE, "-fdata-sections", *core(target)]
    # First one object of everything: it still knows who calls whom.
    program = elf.with_name("program.o")
    cc.run([*flags, stack.OPTION, *arguments, "-r", "-o", str(program)])
    cc.run([*flags, "-Wl,--gc-sections", f"-Wl,-T,{script}", str(program), "-o", str(elf)])
    frame = _EXCEPTION_FRAME.get(target.target.rpartition("-")[2], 0)
    return Linked(f"ziglang, {cc.version}", flags, lambda: stack.worst_case(program, frame))


def _zig_program(target: Target) -> tuple[compiler.Compiler, list[str], str]:
    cc = zig()
    return cc, [*OPTIMIZED, *core(target)], f"ziglang, {cc.version}"


def _gcc(target: Target, arguments: list[str], script: Path, elf: Path) -> Linked:
    flags = [*OPTIMIZED, *_BARE, "-fdata-sections", *gcc.BARE, *gcc.core(target)]
    version, program = gcc.link(target, flags, arguments, script, elf)
    frame = next((_FLOATS_FRAME[flag] for flag in reversed(flags) if flag in _FLOATS_FRAME), 0)
    return Linked(version, flags, lambda: stack.worst_case(program, frame, gcc.told(program.parent)))


def _gcc_program(target: Target) -> tuple[compiler.Compiler, list[str], str]:
    cc = gcc.find(target)
    return cc, [*OPTIMIZED, *gcc.core(target)], cc.version


def avr_gcc(target: Target) -> tuple[compiler.Compiler, list[str]]:
    """The compiler of the AVRs and its flags for a core; raises UsageError when it is not installed."""
    found = compiler.named(dependencies.path("avr-gcc"))
    assert found
    return found, [*OPTIMIZED, *_BARE, *_AVR, f"-mmcu={target.cpu}", *target.flags]


def _avr_gcc(target: Target, arguments: list[str], script: Path, elf: Path) -> Linked:
    cc, flags = avr_gcc(target)
    cc.run([*flags, *arguments, f"-Wl,-T,{script}", *_AVR_LINK, "-o", str(elf)])
    return Linked(cc.version, flags, lambda: avr_stack.worst_case(elf))


_BARE_KINDS = {"zig": _zig, "avr-gcc": _avr_gcc, gcc.KIND: _gcc}
_PROGRAM_KINDS = {"zig": _zig_program, gcc.KIND: _gcc_program}
