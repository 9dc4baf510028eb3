"""GCC for the boards that are built by another compiler: what it calls their cores, and what it says of the stack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..board import Board, Target
from ..errors import UsageError
from ..support import dependencies
from . import compiler
from .stack import Told

KIND = "gcc"

# Of loops that set or copy GCC makes calls of memset and memcpy, even in those two.
BARE = ("-fno-tree-loop-distribute-patterns", "-fno-asynchronous-unwind-tables")
_TELL_STACK = "-fcallgraph-info=su"  # GCC's option that writes down each function's own stack

_FLOATS = {"eabi": "soft", "eabihf": "hard"}
_NODE = re.compile(r'node: \{ title: "([^"]+)" label: "[^"]*\\n(\d+) bytes \((static|dynamic|dynamic,bounded)\)')
_EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')


@dataclass(frozen=True)
class _Machine:
    """GCC's name of an architecture and system; what it calls a core of zig's, and its flags for an ABI."""

    name: str
    cpu: Callable[[str], str]
    flags: Callable[[str], list[str]]


def _plain(cpu: str) -> str:
    """Extensions that zig has to be told, as in cortex_m33+dsp, GCC takes to be there."""
    return cpu.split("+")[0].replace("_", "-")


def _extended(cpu: str) -> str:
    _, *extensions = cpu.split("+")  # of generic_rv32
    return f"rv32i{''.join(extensions)}_zicsr"


_MACHINES = {
    "thumb-freestanding": _Machine("arm-none-eabi", _plain, lambda abi: ["-mthumb", f"-mfloat-abi={_FLOATS[abi]}"]),
    "riscv32-freestanding": _Machine("riscv64-unknown-elf", _extended, lambda abi: ["-mabi=ilp32"]),
    "arm-linux": _Machine("arm-linux-gnueabihf", _plain, lambda abi: []),
    "aarch64-linux": _Machine("aarch64-linux-gnu", _plain, lambda abi: []),
}


def target(board: Board) -> Target:
    """GCC for a board: what its file says, else what follows from its own compiler; where that is a GCC, itself.

    Raises UsageError where no GCC builds for it.
    """
    own = board.gcc or board.compiler
    if own and own.kind != "zig":
        return own
    machine, _, abi = own.target.rpartition("-") if own else ("", "", "")
    if own is None or machine not in _MACHINES:
        raise UsageError(f"`--compiler gcc` does not build for {board.id}; leave it out.")
    found = _MACHINES[machine]
    return Target(kind=KIND, target=found.name, cpu=found.cpu(own.cpu), flags=[*found.flags(abi), *own.flags])


def core(target: Target) -> list[str]:
    """GCC's flags for a core."""
    option = "-march" if target.target.startswith("riscv") else "-mcpu"
    return [f"{option}={target.cpu}", *target.flags]


def find(target: Target) -> compiler.Compiler:
    """The compiler for a core of this kind; raises UsageError when it is not installed."""
    found = compiler.named(dependencies.path(f"{target.target}-gcc"))
    assert found
    return found


def link(target: Target, flags: list[str], arguments: Iterable[str], script: Path, elf: Path) -> tuple[str, Path]:
    """Compile and link the program of a board without operating system.

    Returns the version of GCC, and one object of everything, which still knows who calls whom; beside it lies what
    `told` reads.
    """
    gcc, program = find(target), elf.with_name("program.o")
    arguments = list(arguments)
    sources = [argument for argument in arguments if argument.endswith(".c")]
    others = [argument for argument in arguments if not argument.endswith(".c")]
    objects = [elf.with_name(f"{i}.o") for i in range(len(sources))]
    for source, made in zip(sources, objects, strict=True):
        gcc.run([*flags, _TELL_STACK, *others, "-c", source, "-o", str(made)])
    gcc.run([*flags, "-r", *map(str, objects), "-o", str(program)])
    gcc.run([*flags, "-Wl,--gc-sections", f"-Wl,-T,{script}", str(program), "-lgcc", "-o", str(elf)])
    return gcc.version, program


def told(folder: Path) -> Told:
    """What GCC wrote down beside the objects in `folder`; of several functions of one name, the most.

    Missing are the functions whose stack has no bound.
    """
    texts = [file.read_text() for file in folder.glob("*.ci")]
    recursive = {_name(source) for text in texts for source, callee in _EDGE.findall(text) if source == callee}
    found: Told = {}
    unbounded = set()
    for title, size, kind in (node for text in texts for node in _NODE.findall(text)):
        name = _name(title)
        found[name] = max(int(size), found.get(name, (0,))[0]), name in recursive
        unbounded |= {name} if kind == "dynamic" else set()
    return {name: own for name, own in found.items() if name not in unbounded}


def _name(title: str) -> str:
    """A function's, without the file that comes before it where it is not the only one of its name."""
    return title.rpartition(":")[2]
