"""The manifest of a folder of C: what each layer reads, writes, where and at what cost, for programs to read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from edgecnn import paths
from edgecnn.door import Door
from edgecnn.errors import InvalidModelError, UsageError
from edgecnn.graph import Graph
from edgecnn.lowering.lower import lower
from edgecnn.tensor import Tensor
from edgecnn.version import VERSION

from .program_to_c import Code

FORMAT = "edgecnn-c/4"
MANIFEST = "manifest.json"


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
        # Layers are the same for every target.
        program = lower(graph, fuse=manifest["fused"], stream=manifest["streamed"])
        expected = [step.output for step in program.steps if step.call]
        doors = [door.tensor for door in (*graph.inputs, *graph.outputs)]
        named = [*manifest["inputs"], *manifest["outputs"], *(layer["output"] for layer in manifest["layers"])]
        same = manifest["model"]["sha256"] == graph.sha256 and [
            (tensor["tensor"], tuple(tensor["shape"])) for tensor in named
        ] == [(tensor.index, tensor.shape) for tensor in (*doors, *expected)]
    except (KeyError, TypeError, UsageError):
        same = False
    if not same:
        raise InvalidModelError(
            f"the {MANIFEST} does not belong to the .tflite file beside it; run `edgecnn convert` again."
        )


def manifest_of(code: Code) -> dict[str, Any]:
    """What the manifest says of a program; not yet the hashes of the files."""
    program, memory, graph = code.program, code.memory, code.program.graph
    sizes = json.loads((paths.runtime() / "code_size.json").read_text())["bytes"]
    return {
        "format": FORMAT,
        "edgecnn": VERSION,
        "name": code.name,
        "target": program.target,
        "optimize": program.optimize,
        "fused": program.fused,
        "streamed": program.streamed,
        "model": {"file": f"{code.name}.tflite", "sha256": graph.sha256},
        "inputs": [_door(door) for door in graph.inputs],
        "outputs": [_door(door) for door in graph.outputs],
        "states": [_facts(state.tensor) | {"name": state.name} for state in graph.states],
        "parameters": graph.parameters,
        "macs": graph.macs,
        "arena": {"bytes": memory.arena, "lower_bound": memory.lower_bound},
        "flash_estimate": {
            "constants": sum(layer.constant_bytes for layer in code.layers),
            "kernels": {kernel: sizes[str(Path(folder) / kernel)] for kernel, folder in code.kernels.items()},
        },
        "layers": [
            {
                "index": layer.index,
                "title": layer.step.title,
                "ops": [op.kind for op in layer.step.ops],
                "kernel": layer.call.kernel,
                "inputs": [_facts(tensor) | {"offset": memory.offsets[tensor]} for tensor in layer.step.reads],
                "output": _facts(layer.step.output) | {"offset": memory.offsets[layer.step.output]},
                "macs": layer.step.macs,
                "constant_bytes": layer.constant_bytes,
                "scratch_bytes": layer.call.scratch,
                "accumulator_bound": layer.step.accumulator_bound,
            }
            for layer in code.layers
        ],
    }


def _door(door: Door) -> dict[str, Any]:
    """`type` is that of the model file."""
    return _facts(door.tensor) | {"name": door.name, "type": door.dtype, "file_tensor": door.index}


def _facts(tensor: Tensor) -> dict[str, Any]:
    return {
        "tensor": tensor.index,
        "name": tensor.name,
        "shape": list(tensor.shape),
        "scale": tensor.scale,
        "zero_point": tensor.zero_point,
        "dtype": tensor.dtype,
    }
