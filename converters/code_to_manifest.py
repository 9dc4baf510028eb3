"""What the manifest says of a network's C."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgecnn.door import Door
from edgecnn.program.numbering import Place
from edgecnn.support import paths
from edgecnn.tensor import Tensor
from edgecnn.version import VERSION

from .facts import (
    ArenaFacts,
    CallFacts,
    DoorFacts,
    FlashEstimate,
    LayerFacts,
    Lines,
    ModelFacts,
    OpFacts,
    PlacedTensor,
    TensorFacts,
)
from .layer_to_c import Layer
from .manifest import FORMAT, Manifest
from .program_to_c import Code


def manifest_of(code: Code, contents: Mapping[str, bytes]) -> Manifest:
    """The manifest of a program's C beside the files `contents`."""
    program, memory, graph = code.program, code.memory, code.program.graph
    sizes = json.loads((paths.runtime() / "code_size.json").read_text())["bytes"]
    kernels = {kernel: str(Path(folder) / kernel) for kernel, folder in code.kernels.items()}
    unmeasured = [source for source in kernels.values() if source not in sizes]
    assert not unmeasured, f"no code size is known of {', '.join(unmeasured)}: run python benchmarks/code_size.py"
    return Manifest(
        format=FORMAT,
        edgecnn=VERSION,
        name=code.name,
        target=program.target,
        optimize=program.optimize,
        fused=program.fused,
        streamed=program.streamed,
        model=ModelFacts(f"{code.name}.tflite", graph.sha256),
        inputs=tuple(map(_door, graph.inputs)),
        outputs=tuple(map(_door, graph.outputs)),
        states=tuple(TensorFacts(**_facts(state.tensor) | {"name": state.name}) for state in graph.states),
        classes=graph.classes,
        parameters=graph.parameters,
        macs=graph.macs,
        arena=ArenaFacts(memory.arena, memory.lower_bound),
        flash_estimate=FlashEstimate(
            constants=sum(layer.constant_bytes for layer in code.layers),
            kernels={kernel: sizes[source] for kernel, source in kernels.items()},
        ),
        layers=tuple(
            _layer(layer, ops, memory.offsets, code.source.lines)
            for layer, ops in zip(code.layers, code.numbering.ops, strict=True)
        ),
        files={path: hashlib.sha256(data).hexdigest() for path, data in sorted(contents.items())},
    )


def _layer(
    layer: Layer, ops: Sequence[Place], offsets: Mapping[Tensor, int], lines: Mapping[str, tuple[int, int]]
) -> LayerFacts:
    step = layer.step

    def placed(tensor: Tensor) -> PlacedTensor:
        return PlacedTensor(**_facts(tensor), offset=offsets[tensor])

    return LayerFacts(
        number=int(layer.number),
        title=step.title,
        ops=tuple(
            OpFacts(place.number, place.op.kind, TensorFacts(**_facts(place.op.output))) for place in ops if place.op
        ),
        kernel=layer.call.kernel,
        calls=tuple(_call(part, lines) for part in layer.parts),
        inputs=tuple(map(placed, step.reads)),
        output=placed(step.output),
        macs=step.macs,
        constant_bytes=layer.constant_bytes,
        scratch_bytes=layer.call.scratch,
        accumulator_bound=step.accumulator_bound,
    )


def _call(part: Layer, lines: Mapping[str, tuple[int, int]]) -> CallFacts:
    symbols = map(part.array, part.arrays)
    return CallFacts(
        number=part.number,
        kernel=part.call.kernel,
        line=lines[part.called][0],
        params=Lines(*lines[part.symbol]),
        arrays={symbol: Lines(*lines[symbol]) for symbol in symbols},
    )


def _door(door: Door) -> DoorFacts:
    return DoorFacts(**_facts(door.tensor) | {"name": door.name}, type=door.dtype, file_tensor=door.index)


def _facts(tensor: Tensor) -> dict[str, Any]:
    return {
        "tensor": tensor.index,
        "name": tensor.name,
        "shape": tensor.shape,
        "scale": tensor.scale,
        "zero_point": tensor.zero_point,
        "dtype": tensor.dtype,
    }
