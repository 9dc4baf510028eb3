"""Times one LeNet inference in WebAssembly: the kernels with vectors beside the plain ones, all compiled alike.

    python benchmarks/wasm.py [ROUNDS]

WebAssembly counts no instructions, and a time says more about the computer than about the code. So the modules take
turns in one process of Node.js; printed are the fastest round of each, and the median over rounds of its share of the
time that the plain kernels take. All are compiled for 128-bit vectors, which the compiler uses in plain C, too.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from edgecnn import board as boards
from edgecnn import read_tflite, write_c, zoo
from edgecnn.building import toolchain
from edgecnn.support import dependencies

# What is compared, and how it is converted; the first is what the others are compared with.
WAYS = {
    "plain kernels": ("wasm-simd", "size"),
    "portable kernels": ("generic", "speed"),
    "wasm-simd": ("wasm-simd", "speed"),
}
NAME = "network"
OPTIMIZED = "--no-liftoff"  # from the first call on


def main() -> None:
    """See the module's text."""
    rounds = sys.argv[1] if len(sys.argv) > 1 else "200"
    with tempfile.TemporaryDirectory() as work:
        modules = [_module(Path(work) / f"{i}", *way) for i, way in enumerate(WAYS.values())]
        command = [
            dependencies.path("node"),
            OPTIMIZED,
            str(Path(__file__).with_suffix(".mjs")),
            rounds,
            *map(str, modules),
        ]
        times = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    for name, seconds in zip(WAYS, times, strict=True):
        share = statistics.median(a / b for a, b in zip(seconds, times[0], strict=True))
        print(f"{name:18} {min(seconds) * 1e6:8.1f} us {share:6.2f}")


def _module(folder: Path, target: str, optimize: str) -> Path:
    """The network alone, without app and port."""
    write_c(read_tflite(zoo.trained("lenet5_mnist")), folder, name=NAME, target=target, optimize=optimize)
    compiler = boards.load("wasm").compiler
    assert compiler
    module = folder.with_suffix(".wasm")
    exports = [f"-Wl,--export={NAME}_{function}" for function in ("input", "invoke", "output")]
    flags = [*toolchain.core(compiler), *toolchain.OPTIMIZED, f"-I{folder}", *exports]
    toolchain.zig().run([*flags, *(str(source) for source in sorted(folder.rglob("*.c"))), "-o", str(module)])
    return module


if __name__ == "__main__":
    main()
