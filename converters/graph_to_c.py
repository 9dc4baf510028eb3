"""Graph to C: a folder of C99 that compiles by itself. The same graph gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgecnn.errors import DoesNotFitError, UsageError
from edgecnn.fixed_point import INT32_MAX
from edgecnn.graph import Graph
from edgecnn.lowering.lower import lower
from edgecnn.lowering.planner import plan
from edgecnn.lowering.streaming import smallest
from edgecnn.program.program import Program
from edgecnn.support import paths
from edgecnn.support.files import replace_folder

from . import c_names, c_text
from .code_to_manifest import manifest_of
from .manifest import MANIFEST, Manifest
from .program_to_c import RUNTIME, Code
from .runtime import runtime_files

LICENSE = "LICENSE"  # of the runtime and of what the generator writes; a copy lies beside the runtime


@dataclass(frozen=True, eq=False)
class Generated:
    """A program as C: `contents` by their path in the folder, of all files but the manifest."""

    program: Program
    manifest: Manifest
    contents: dict[str, bytes]

    @property
    def files(self) -> dict[str, bytes]:
        """All files of the folder."""
        return {**self.contents, MANIFEST: self.manifest.text()}


def write_c(
    graph: Graph,
    folder: str | Path,
    *,
    name: str = "model",
    target: str = "generic",
    optimize: str = "balanced",
    fuse: bool = True,
    stream: int | None = 0,
    force: bool = False,
) -> None:
    """Write `graph` as C99 for the core `target` into `folder`, which is replaced in one step.

    Every symbol begins with `name`; without `fuse` every op is a layer of its own. The first `stream` layers (None: as
    many as give the smallest arena) become one that is handed the input row by row. Raises UsageError when `name` is
    none for C, `target` or `optimize` is unknown or those layers cannot be streamed, DoesNotFitError when an int32
    accumulator or offset could overflow, EdgecnnError when the folder cannot be written or holds something else: what
    was edited or added in a folder of ours is replaced with `force` alone.
    """
    made = generate(graph, name=name, target=target, optimize=optimize, fuse=fuse, stream=stream)
    replace_folder(Path(folder), made.files, marker=MANIFEST, force=force)


def generate(
    graph: Graph, *, name: str, target: str, optimize: str, fuse: bool = True, stream: int | None = 0
) -> Generated:
    """What `write_c` writes; raises as it does."""
    if fault := c_names.fault_of(name):
        raise UsageError(f"'{name}' {fault}.")
    prove_accumulators(graph)
    if stream is None:
        stream = smallest(graph, target, optimize, fuse=fuse)
    program = lower(graph, target, optimize, fuse=fuse, stream=stream)
    code = code_of(program, name)
    contents = {
        **network_files(code),
        f"{name}.tflite": program.graph.source,
        "CMakeLists.txt": _cmake(code).encode(),
        LICENSE: (paths.firmware() / LICENSE).read_bytes(),
        **shared_runtime([code]),
    }
    return Generated(program, manifest_of(code, contents), contents)


def prove_accumulators(graph: Graph) -> None:
    """Raise DoesNotFitError unless every int32 accumulator is in range for every possible input."""
    for op in graph.ops:
        if op.accumulator_bound > INT32_MAX:
            raise DoesNotFitError(
                f"{op.kind} '{op.output.name}' can reach {op.accumulator_bound} in an int32 accumulator, which holds "
                f"{INT32_MAX}; use smaller weights or scales, or fewer inputs per output."
            )


def code_of(program: Program, name: str) -> Code:
    """The program with its plan; raises DoesNotFitError where that is too large for C."""
    memory = plan(program)
    if memory.arena > INT32_MAX:  # offsets are int32
        raise DoesNotFitError(f"the network needs {memory.arena} bytes of memory at once; make it smaller.")
    return Code(program, memory, name)


def network_files(code: Code) -> dict[str, bytes]:
    """A network's own C."""
    return {f"{code.name}.h": code.header().encode(), f"{code.name}.c": code.source.text.encode()}


def shared_runtime(codes: Sequence[Code]) -> dict[str, bytes]:
    """The one runtime of several networks for the same core."""
    kernels: dict[str, str] = {}
    for kernel, folder in (pair for code in codes for pair in code.kernels.items()):
        assert kernels.setdefault(kernel, folder) == folder, f"two kernels are called {kernel}"
    headers = dict.fromkeys(header for code in codes for header in code.plain_headers)
    return {f"{RUNTIME}/{file}": data for file, data in runtime_files(dict(sorted(kernels.items())), headers).items()}


def _cmake(code: Code) -> str:
    sources = "\n".join(f"  {RUNTIME}/{kernel}.c" for kernel in code.kernels)
    return f"""{c_text.licence("#", "")}# add_subdirectory() this folder and link to `{code.name}`.
cmake_minimum_required(VERSION 3.13)
project({code.name} C)

add_library({code.name} STATIC
  {code.name}.c
{sources}
)
target_include_directories({code.name} PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}})
set_target_properties({code.name} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON)
"""
