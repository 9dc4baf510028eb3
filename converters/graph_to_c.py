"""Graph to C: a folder of C99 that compiles by itself. The same graph gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from edgecnn import paths
from edgecnn.errors import DoesNotFitError, InvalidModelError, UsageError
from edgecnn.files import replace_folder
from edgecnn.fixed_point import INT32_MAX
from edgecnn.graph import Graph
from edgecnn.lowering.lower import lower
from edgecnn.lowering.planner import Plan, plan
from edgecnn.lowering.program import Program, Step
from edgecnn.lowering.streaming import smallest
from edgecnn.ops import KernelCall
from edgecnn.targets import OPTIMIZE, load
from edgecnn.tensor import Tensor
from edgecnn.version import VERSION

from . import c_text, stream_to_c

FORMAT = "edgecnn-c/3"
MANIFEST = "manifest.json"
_RUNTIME = "runtime"


def write_c(
    graph: Graph,
    folder: str | Path,
    *,
    name: str = "model",
    target: str = "generic",
    optimize: str = "balanced",
    fuse: bool = True,
    stream: int | None = 0,
) -> None:
    """Write `graph` as C99 for the core `target` into `folder`, which is replaced in one step.

    Every symbol begins with `name`; without `fuse` every op is a layer of its own. The first `stream` layers (None: as
    many as give the smallest arena) become one that is handed the input row by row. Raises UsageError when `name` is no
    C identifier, `target` or `optimize` is unknown or those layers cannot be streamed, DoesNotFitError when an int32
    accumulator or offset could overflow, EdgecnnError when the folder cannot be written or holds something else.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,47}", name) or name.startswith("edgecnn_"):
        raise UsageError(f"'{name}' cannot name C functions; use letters, digits and _, beginning with a letter.")
    prove_accumulators(graph)
    if stream is None:
        stream = smallest(graph, target, optimize, fuse=fuse)
    program = lower(graph, target, optimize, fuse=fuse, stream=stream)
    memory = plan(program)
    if memory.arena > INT32_MAX:  # offsets are int32
        raise DoesNotFitError(f"the network needs {memory.arena} bytes of memory at once; make it smaller.")
    files = _Model(program, memory, name).files()
    replace_folder(Path(folder), files, marker=MANIFEST)


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """The manifest of a folder that `write_c` made; raises InvalidModelError when it is none."""
    path = Path(folder) / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
        known = manifest["format"] == FORMAT
    except (OSError, ValueError, TypeError, KeyError):
        known = False
    if Path(folder).is_file():
        raise InvalidModelError(f"{folder} is a file; make a folder of C of it by `edgecnn convert {folder} -o DIR`.")
    if not known:
        raise InvalidModelError(
            f"{folder} is not a folder made by `edgecnn convert`: its {MANIFEST} is missing or unknown."
        )
    return dict(manifest)


def check_manifest(manifest: dict[str, Any], graph: Graph) -> None:
    """Raise InvalidModelError unless `manifest` describes `graph`, layer by layer."""
    try:
        program = lower(
            graph, fuse=manifest["fused"], stream=manifest["streamed"]
        )  # layers are the same for every target
        expected = [step.output for step in program.steps if step.call]
        named = [manifest["input"], manifest["output"], *(layer["output"] for layer in manifest["layers"])]
        same = manifest["model"]["sha256"] == graph.sha256 and [
            (tensor["tensor"], tuple(tensor["shape"])) for tensor in named
        ] == [(tensor.index, tensor.shape) for tensor in (graph.input, graph.output, *expected)]
    except (KeyError, TypeError, UsageError):
        same = False
    if not same:
        raise InvalidModelError(
            f"the {MANIFEST} does not belong to the .tflite file beside it; run `edgecnn convert` again."
        )


def name_of(path: str | Path) -> str:
    """A C identifier from a file name."""
    name = re.sub(r"\W", "_", Path(path).stem, flags=re.ASCII)[:48]
    return name if re.match(r"[A-Za-z]", name) else f"model_{name}"[:48]


def prove_accumulators(graph: Graph) -> None:
    """Raise DoesNotFitError unless every int32 accumulator is in range for every possible input."""
    for op in graph.ops:
        if op.accumulator_bound > INT32_MAX:
            raise DoesNotFitError(
                f"{op.kind} '{op.output.name}' can reach {op.accumulator_bound} in an int32 accumulator, which holds "
                f"{INT32_MAX}; use smaller weights or scales, or fewer inputs per output."
            )


@dataclass(frozen=True)
class _Layer:
    """One call of a kernel."""

    index: int
    step: Step
    call: KernelCall
    symbol: str

    @cached_property
    def parts(self) -> list[_Layer]:
        """Each kernel's call: those of the stages, if it is streamed."""
        steps = [(i, stage.step, stage.step.call) for i, stage in enumerate(self.step.stages)]
        return [_Layer(i, step, call, f"{self.symbol}_{i}") for i, step, call in steps if call] or [self]

    def array(self, field: str) -> str:
        """The symbol of the constants in a field."""
        return f"{self.symbol}_{field.replace('.', '_')}"

    @property
    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        fields = {field: value for field, value in self.call.params.items() if isinstance(value, np.ndarray)}
        return fields | {f"input{position}": array for position, array in self.call.constants.items()}

    @property
    def constant_bytes(self) -> int:
        """Bytes in flash: arrays, and the parameters at four bytes each as on a 32-bit core."""
        return sum(
            4 * len(part.call.params) + sum(array.nbytes for array in part.arrays.values()) for part in self.parts
        )

    def inputs(self, offsets: dict[Tensor, int]) -> list[str]:
        """The kernel's arguments for its inputs."""
        places = [f"arena + {offsets[tensor]}" for tensor in self.step.inputs]
        for position in sorted(self.call.constants):
            places.insert(position, self.array(f"input{position}"))
        return [f"(const int8_t *const[]){{{', '.join(places)}}}"] if self.call.gathers else places

    def definitions(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.definition()

    def definition(self) -> Iterator[str]:
        fields = {}
        for field, value in self.call.params.items():
            fields[field] = self.array(field) if field in self.arrays else str(value)
        for field, array in self.arrays.items():
            is_input = field not in self.call.params
            yield c_text.constant(self.array(field), array, self.call.alignment, is_input=is_input)
        yield c_text.struct(f"edgecnn_{self.call.kernel}_params", self.symbol, fields)


@dataclass(frozen=True)
class _Model:
    program: Program
    plan: Plan
    name: str

    @property
    def graph(self) -> Graph:
        return self.program.graph

    @cached_property
    def layers(self) -> list[_Layer]:
        calls = [(step, step.call) for step in self.program.steps if step.call is not None]
        return [_Layer(index, step, call, f"layer{index}") for index, (step, call) in enumerate(calls)]

    @cached_property
    def streamed(self) -> _Layer | None:
        """The layer that is handed the input row by row."""
        return self.layers[0] if self.program.streamed else None

    @cached_property
    def kernels(self) -> dict[str, str]:
        """The folder of each kernel's source, by its name: one name is one function in the whole program."""
        folders = {(part.call.kernel, part.call.folder) for layer in self.layers for part in layer.parts}
        assert len(folders) == len({kernel for kernel, _ in folders}), "two kernels of one name"
        return dict(sorted(folders))

    def files(self) -> dict[str, bytes]:
        """Every file of the folder by its path in it; the manifest lists the hashes of the others."""
        files = {
            f"{self.name}.h": self.header().encode(),
            f"{self.name}.c": self.source().encode(),
            f"{self.name}.tflite": self.graph.source,
            "CMakeLists.txt": self.cmake().encode(),
            **{f"{_RUNTIME}/{file.name}": file.read_bytes() for file in self.runtime_files()},
        }
        hashes = {path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())}
        manifest = json.dumps({**self.manifest(), "files": hashes}, indent=2) + "\n"
        return {**files, MANIFEST: manifest.encode()}

    def runtime_files(self) -> list[Path]:
        """The kernels' sources and, transitively, the headers that they include."""
        found: dict[str, Path] = {}
        plain = paths.kernel_folders("")
        pending = [(plain, "flash.h"), *([(plain, f"{stream_to_c.HEADER}.h")] if self.streamed else [])]
        for kernel, folder in self.kernels.items():
            pending += [(paths.kernel_folders(folder), kernel + end) for end in (".c", ".h")]
        while pending:
            folders, name = pending.pop()
            file = next(path for place in folders if (path := place / name).exists())
            assert found.get(name, file) == file, f"two files are called {name}"
            if name not in found:
                found[name] = file
                pending += [(folders, included) for included in re.findall(r'#include "(\w+\.h)"', file.read_text())]
        return [found[name] for name in sorted(found)]

    def opening(self) -> list[str]:
        rows = [("layer", "", "output", "MACs", "flash bytes", "arena bytes")]
        for layer in self.layers:
            step = layer.step
            costs = f"{step.macs}", f"{layer.constant_bytes}", self.at(step.output)
            rows.append((f"{layer.index}", step.title, _shape(step.output), *costs))
        graph = self.graph
        return [
            f"{self.name}: made by edgecnn {VERSION}; do not edit, convert the model again.",
            f"From a TFLite model with SHA-256 {graph.sha256}",
            f"For {load(self.program.target).title}, optimized for {OPTIMIZE[self.program.optimize]}.",
            "",
            f"input   {_quantized(graph.input)}",
            f"output  {_quantized(graph.output)}",
            f"arena   {self.plan.arena} bytes, {graph.parameters} parameters, {graph.macs} multiply-accumulates",
            *(f"note    {note}" for note in graph.notes),
            "",
            *c_text.table(rows),
        ]

    def at(self, tensor: Tensor) -> str:
        first = self.plan.offsets[tensor]
        return f"{first}..{first + tensor.size - 1}"

    def header(self) -> str:
        guard = f"EDGECNN_MODEL_{self.name.upper()}_H"
        n = self.name
        return (
            c_text.comment(self.opening())
            + f"#ifndef {guard}\n#define {guard}\n\n#include <stdint.h>\n\n"
            + "".join(f"#define {name} {value}\n" for name, value in self.macros().items())
            + f"""
#ifdef __cplusplus
extern "C" {{
#endif

{stream_to_c.declarations(n) if self.streamed else self.input_declaration()}
/* One inference{", of what lies behind layer 0" if self.streamed else ""}. Not reentrant: all memory is static. */
void {n}_invoke(void);

/* The {n}_OUTPUT_SIZE output codes, valid until the next input is written. */
const int8_t *{n}_output(void);

/* To see inside: run layer 0, 1, ... {n}_LAYERS - 1 in turn and look at the output of each before the next. */
void {n}_invoke_layer(int layer);
const int8_t *{n}_layer_output(int layer);
int32_t {n}_layer_output_size(int layer);

#ifdef __cplusplus
}}
#endif

#endif
"""
        )

    def input_declaration(self) -> str:
        n = self.name
        return f"""/* Where to write the {n}_INPUT_SIZE input codes before each inference, which overwrites them. */
int8_t *{n}_input(void);
"""

    def macros(self) -> dict[str, str]:
        """The constants of the C API; `NAME_...`, and in capitals too, as macros are often written."""
        graph = self.graph
        values = {
            "INPUT_SIZE": str(graph.input.size),
            "OUTPUT_SIZE": str(graph.output.size),
            "INPUT_SCALE": _float(graph.input.scale),
            "INPUT_ZERO_POINT": f"({graph.input.zero_point})",
            "OUTPUT_SCALE": _float(graph.output.scale),
            "OUTPUT_ZERO_POINT": f"({graph.output.zero_point})",
            "ARENA_SIZE": str(self.plan.arena),
            "LAYERS": str(len(self.layers)),
            **(stream_to_c.macros(self.streamed.step) if self.streamed else {}),
        }
        macros = {f"{self.name}_{field}": value for field, value in values.items()}
        return macros | {
            f"{self.name.upper()}_{field}": f"{self.name}_{field}" for field in values if not self.name.isupper()
        }

    def source(self) -> str:
        headers = ["flash", *([stream_to_c.HEADER] if self.streamed else []), *self.kernels]
        includes = "".join(f'#include "{_RUNTIME}/{header}.h"\n' for header in headers)
        parts = [
            c_text.comment(self.opening()) + f'#include "{self.name}.h"\n\n{includes}',
            *(
                "\n".join([f"/* Layer {layer.index}: {_title(layer.step)} */", *layer.definitions()])
                for layer in self.layers
            ),
            self.arena(),
            *self.streaming(),
            self.functions(),
        ]
        return "\n".join(parts)

    def arena(self) -> str:
        alignment = self.program.alignment
        aligned = f" __attribute__((aligned({alignment})))" if alignment > 1 else ""
        return f"static int8_t arena[{self.name}_ARENA_SIZE]{aligned};\n"

    def streaming(self) -> Iterator[str]:
        if self.streamed:
            step, symbols = self.streamed.step, [part.symbol for part in self.streamed.parts]
            yield stream_to_c.functions(
                self.name, step, symbols, self.plan.scratch[step], self.plan.offsets[step.output]
            )

    def functions(self) -> str:
        n, offsets = self.name, self.plan.offsets
        rows = []
        for layer in self.layers:
            if layer is self.streamed:
                rows.append((f"    case {layer.index}:", "break;", f"/* {_shape(layer.step.output)}, by its rows */"))
                continue
            starts = [offsets[layer.step.output], *([self.plan.scratch[layer.step]] if layer.call.scratch else [])]
            places = ", ".join([*layer.inputs(offsets), *(f"arena + {start}" for start in starts)])
            call = f"edgecnn_{layer.call.kernel}(&{layer.symbol}, {places}); break;"
            rows.append((f"    case {layer.index}:", call, f"/* {_shape(layer.step.output)} */"))
        calls = "\n".join([*(c_text.table(rows) if rows else []), "    default: break;"])
        outputs = "".join(f"    {{{offsets[layer.step.output]}, {layer.step.output.size}}},\n" for layer in self.layers)
        return f"""static const EDGECNN_FLASH struct {{
  int32_t offset, size;
}} layer_outputs[{n}_LAYERS + 1] = {{
{outputs}    {{{offsets[self.graph.output]}, {self.graph.output.size}}},
}};

{self.input_definition()}const int8_t *{n}_output(void) {{ return arena + {offsets[self.graph.output]}; }}

void {n}_invoke_layer(int layer) {{
  switch (layer) {{
{calls}
  }}
}}

void {n}_invoke(void) {{
  for (int layer = 0; layer < {n}_LAYERS; layer++) {n}_invoke_layer(layer);
}}

const int8_t *{n}_layer_output(int layer) {{ return arena + layer_outputs[layer].offset; }}

int32_t {n}_layer_output_size(int layer) {{ return layer_outputs[layer].size; }}
"""

    def input_definition(self) -> str:
        if self.streamed:
            return ""
        return f"int8_t *{self.name}_input(void) {{ return arena + {self.plan.offsets[self.graph.input]}; }}\n\n"

    def cmake(self) -> str:
        sources = "\n".join(f"  {_RUNTIME}/{kernel}.c" for kernel in self.kernels)
        return f"""# add_subdirectory() this folder and link to `{self.name}`.
cmake_minimum_required(VERSION 3.13)
project({self.name} C)

add_library({self.name} STATIC
  {self.name}.c
{sources}
)
target_include_directories({self.name} PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}})
set_target_properties({self.name} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON)
"""

    def manifest(self) -> dict[str, Any]:
        code = json.loads((paths.runtime() / "code_size.json").read_text())["bytes"]
        return {
            "format": FORMAT,
            "edgecnn": VERSION,
            "name": self.name,
            "target": self.program.target,
            "optimize": self.program.optimize,
            "fused": self.program.fused,
            "streamed": self.program.streamed,
            "model": {"file": f"{self.name}.tflite", "sha256": self.graph.sha256},
            "input": _facts(self.graph.input),
            "output": _facts(self.graph.output),
            "parameters": self.graph.parameters,
            "macs": self.graph.macs,
            "arena": {"bytes": self.plan.arena, "lower_bound": self.plan.lower_bound},
            "flash_estimate": {
                "constants": sum(layer.constant_bytes for layer in self.layers),
                "kernels": {kernel: code[str(Path(folder) / kernel)] for kernel, folder in self.kernels.items()},
            },
            "layers": [
                {
                    "index": layer.index,
                    "title": layer.step.title,
                    "ops": [op.kind for op in layer.step.ops],
                    "kernel": layer.call.kernel,
                    "inputs": [_facts(tensor) | {"offset": self.plan.offsets[tensor]} for tensor in layer.step.reads],
                    "output": _facts(layer.step.output) | {"offset": self.plan.offsets[layer.step.output]},
                    "macs": layer.step.macs,
                    "constant_bytes": layer.constant_bytes,
                    "scratch_bytes": layer.call.scratch,
                    "accumulator_bound": layer.step.accumulator_bound,
                }
                for layer in self.layers
            ],
        }


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape[1:])) or "1"


def _quantized(tensor: Tensor) -> str:
    return f"{_shape(tensor)} int8 codes: real value = {tensor.scale:.9g} * (code - {tensor.zero_point})"


def _title(step: Step) -> str:
    return f"{step.title}, {_shape(step.inputs[0])} -> {_shape(step.output)}".replace("*/", "")


def _float(value: float) -> str:
    text = f"{value:.9g}"
    return text + ("f" if "." in text or "e" in text else ".0f")


def _facts(tensor: Tensor) -> dict[str, Any]:
    return {
        "tensor": tensor.index,
        "name": tensor.name,
        "shape": list(tensor.shape),
        "scale": tensor.scale,
        "zero_point": tensor.zero_point,
    }
