"""Measures the code of every kernel for a Cortex-M4 and writes firmware/runtime/code_size.json.

    python benchmarks/code_size.py            measure and write
    python benchmarks/code_size.py --check    fail if the file is not what is measured now

The figures are bytes of code and constants of each kernel's object file (ziglang's clang, -Os; for AVR avr-gcc, as in a
build); the converter's flash estimates come from them.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from edgecnn import board as boards
from edgecnn.building import compiler, toolchain
from edgecnn.support import paths

FLAGS = ("-Os", "-g0", "-ffreestanding", "-ffunction-sections")
CORTEX_M4 = ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m4")
# Folder of kernels, which may use those of the folder above it -> the flags of its core.
CORES = {
    "": CORTEX_M4,
    "portable": CORTEX_M4,
    "cortex_m4": CORTEX_M4,
    "swar/thumb": ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m0plus"),
    "swar/riscv": ("-target", "riscv32-freestanding-none", "-mcpu=generic_rv32+m+c"),
    "cortex_m55": ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m55+mve"),
    "neon/mlal": ("-target", "aarch64-linux-musl", "-mcpu=cortex_a72", "-fno-asynchronous-unwind-tables"),
    "neon/sdot": ("-target", "aarch64-linux-musl", "-mcpu=cortex_a76", "-fno-asynchronous-unwind-tables"),
    "blocks/wasm": ("-target", "wasm32-freestanding", "-mcpu=generic+simd128"),
    "blocks/x86_64": ("-target", "x86_64-linux-musl", "-fno-asynchronous-unwind-tables"),
}
# The same where another compiler than clang is needed -> a board that says how it is called.
BOARDS = {"avr": "arduino_mega_2560"}
FILE = paths.runtime() / "code_size.json"
WASM_CODE_AND_DATA = (10, 11)  # kinds of sections
TOLERANCE = 0.02  # other releases of the compiler


def sources() -> Iterator[tuple[str, Path]]:
    """Each folder with each kernel that can be used from there."""
    for folder in (*CORES, *BOARDS):
        above = paths.kernel_folders(folder)[: -1 if folder else None]
        yield from ((folder, source) for place in above for source in sorted(place.glob("*.c")))


def measure(folder: str, source: Path) -> int:
    """Bytes that the compiled `source` occupies in flash, its headers those that `folder` sees."""
    if folder in BOARDS:
        core = boards.load(BOARDS[folder]).compiler
        assert core
        cc, flags = toolchain.avr_gcc(core)
    else:
        cc, flags = toolchain.zig(), [*compiler.STRICT, *CORES[folder], *FLAGS]
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "kernel.o"
        headers = [f"-I{place}" for place in paths.kernel_folders(folder)]
        cc.run([*flags, *headers, "-c", str(source), "-o", str(target)])
        with target.open("rb") as file:
            return (_in_wasm if file.read(4) == b"\0asm" else _in_elf)(file)


def _in_elf(file: BinaryIO) -> int:
    return sum(
        section["sh_size"]
        for section in ELFFile(file).iter_sections()
        if section["sh_flags"] & SH_FLAGS.SHF_ALLOC and not section.name.startswith(".ARM.ex")
    )


def _in_wasm(file: BinaryIO) -> int:
    """The sections of code and data, behind magic number and version."""
    file.seek(8)
    total = 0
    while kind := file.read(1):
        size, shift, more = 0, 0, True
        while more:  # LEB128
            byte = file.read(1)[0]
            size, shift, more = size | (byte & 127) << shift, shift + 7, byte > 127
        total += size if kind[0] in WASM_CODE_AND_DATA else 0
        file.seek(size, os.SEEK_CUR)
    return total


def main() -> None:
    """See the module's text."""
    measured = {str(Path(folder) / source.stem): measure(folder, source) for folder, source in sources()}
    if "--check" in sys.argv[1:]:
        recorded = json.loads(FILE.read_text())["bytes"]
        off = {
            kernel: (recorded.get(kernel), size)
            for kernel, size in measured.items()
            if abs(recorded.get(kernel, 0) - size) > TOLERANCE * size
        }
        if off or recorded.keys() != measured.keys():
            raise SystemExit(f"code_size.json is out of date (recorded, measured): {off}; run benchmarks/code_size.py")
        return
    FILE.write_text(json.dumps({"target": "Cortex-M4, clang -Os", "bytes": measured}, indent=2) + "\n")
    print(FILE.read_text(), end="")


if __name__ == "__main__":
    main()
