"""Measures the code of every kernel for a Cortex-M4 and writes firmware/runtime/code_size.json.

    python benchmarks/code_size.py            measure and write
    python benchmarks/code_size.py --check    fail if the file is not what is measured now

The figures are bytes of code and constants of each kernel's object file (ziglang's clang, -Os); the converter's flash
estimates come from them.
"""

import json
import sys
import tempfile
from pathlib import Path

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from edgecnn import compiler, paths

FLAGS = ("-Os", "-g0", "-ffreestanding", "-ffunction-sections")
CORTEX_M4 = ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m4")
# Folder of a core's own kernels -> its flags; the others are for any core.
CORES = {
    "cortex_m0plus": ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m0plus"),
    "cortex_m55": ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m55+mve"),
    "x86_64": ("-target", "x86_64-linux-musl", "-fno-asynchronous-unwind-tables"),
}
FILE = paths.runtime() / "code_size.json"
TOLERANCE = 0.02  # other releases of the compiler


def measure(source: Path) -> int:
    """Bytes that the compiled `source` occupies in flash."""
    zig = compiler.zig()
    if zig is None:
        raise SystemExit("ziglang is not installed: pip install 'edgecnn[build]'")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "kernel.o"
        core = CORES.get(source.parent.name, CORTEX_M4)
        zig.run([*compiler.STRICT, *core, *FLAGS, f"-I{paths.runtime()}", "-c", str(source), "-o", str(target)])
        with target.open("rb") as file:
            return sum(
                section["sh_size"]
                for section in ELFFile(file).iter_sections()
                if section["sh_flags"] & SH_FLAGS.SHF_ALLOC and not section.name.startswith(".ARM.ex")
            )


def main() -> None:
    """See the module's text."""
    sources = sorted(paths.runtime().rglob("*.c"))
    measured = {str(source.relative_to(paths.runtime()).with_suffix("")): measure(source) for source in sources}
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
