"""The manifest of a folder of C: what each layer reads, writes, where and at what cost, for programs to read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from edgecnn.errors import InvalidModelError
from edgecnn.support import records
from edgecnn.support.records import one_of
from edgecnn.targets import OPTIMIZE, TARGETS

from .facts import (
    ArenaFacts,
    Classes,
    Count,
    DoorFacts,
    FlashEstimate,
    LayerFacts,
    ModelFacts,
    Name,
    Place,
    Sha256,
    TensorFacts,
    Total,
    Version,
)

FORMAT = "edgecnn-c/4"
MANIFEST = "manifest.json"

_MOST = 2**26  # bytes: 50,000 layers
_FAMILY, _NUMBER = FORMAT.split("/")


@dataclass(frozen=True)
class Manifest:
    """What `manifest.json` says. The order of the facts is that in the file."""

    format: Annotated[str, one_of([FORMAT])]
    edgecnn: Version
    name: Name
    target: Annotated[str, one_of(TARGETS)]
    optimize: Annotated[str, one_of(OPTIMIZE)]
    fused: bool
    streamed: Count
    model: ModelFacts
    inputs: tuple[DoorFacts, ...]
    outputs: tuple[DoorFacts, ...]
    states: tuple[TensorFacts, ...]
    classes: Classes
    parameters: Total
    macs: Total
    arena: ArenaFacts
    flash_estimate: FlashEstimate
    layers: tuple[LayerFacts, ...]
    files: dict[Place, Sha256]  # of every file but the manifest

    def to_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        return asdict(self)

    def text(self) -> bytes:
        """The file."""
        return json.dumps(self.to_json(), indent=2).encode() + b"\n"

    @property
    def borders(self) -> list[tuple[int, tuple[int, ...]]]:
        """Index and shape of inputs, outputs, states and what each layer writes: what graph, C and manifest must agree
        on."""
        tensors = [*self.inputs, *self.outputs, *self.states, *(layer.output for layer in self.layers)]
        return [(tensor.tensor, tensor.shape) for tensor in tensors]


def read_manifest(folder: str | Path) -> Manifest:
    """The manifest of a folder that `write_c` made, each fact of it checked; raises InvalidModelError when it is none.

    That it tells the truth about the files beside it is for `edgecnn.converted` to prove.
    """
    folder = Path(folder)
    facts = _table(folder / MANIFEST)
    if folder.is_file():
        raise InvalidModelError(f"{folder} is a file; make a folder of C of it by `edgecnn convert {folder} -o DIR`.")
    version = re.fullmatch(rf"{_FAMILY}/([0-9]{{1,9}})", str(facts.get("format")))
    if version is None:
        raise InvalidModelError(
            f"{folder} is not a folder made by `edgecnn convert`: its {MANIFEST} is missing or unknown."
        )
    if age := int(version[1]) - int(_NUMBER):
        raise made_by_another(folder, "an older" if age < 0 else "a newer")
    try:
        manifest = records.record(Manifest, facts, MANIFEST)
        for fault in _faults(manifest):
            raise ValueError(f"{MANIFEST}: {fault}")
    except (ValueError, RecursionError) as error:
        raise InvalidModelError(f"{folder} is damaged: {error}; run `edgecnn convert` again.") from error
    return manifest


def made_by_another(folder: Path, which: str) -> InvalidModelError:
    """That a folder is not of this version, which is no fault of its own."""
    return InvalidModelError(f"{folder} was made by {which} edgecnn; convert again, by `edgecnn convert`.")


def _table(path: Path) -> dict[str, Any]:
    """What the file holds; nothing when that is no JSON object."""
    try:
        facts = json.loads(path.read_bytes()) if path.is_file() and path.stat().st_size <= _MOST else None
    except (OSError, ValueError, RecursionError):
        facts = None
    return facts if isinstance(facts, dict) else {}


def _faults(manifest: Manifest) -> Iterator[str]:
    """What the facts do not say one by one."""
    if not manifest.inputs or not manifest.outputs:
        yield "inputs or outputs are none"
    name, arena = manifest.name, manifest.arena.bytes
    for what, doors in (("inputs", manifest.inputs), ("outputs", manifest.outputs)):
        for index, door in enumerate(doors):
            codes = np.iinfo(door.dtype)
            if not codes.min <= door.zero_point <= codes.max:
                yield f"{what}[{index}].zero_point is no code of {door.dtype}"
    if manifest.model.file != f"{name}.tflite":
        yield f"model.file should be {name}.tflite"
    if missing := {f"{name}{end}" for end in (".c", ".h", ".tflite")} - manifest.files.keys():
        yield f"files lacks {min(missing)}"
    if manifest.arena.lower_bound > arena:
        yield "arena.lower_bound is above arena.bytes"
    for index, layer in enumerate(manifest.layers):
        if layer.number != index:
            yield f"layers[{index}].number should be {index}"
        if any(tensor.offset + tensor.bytes > arena for tensor in (*layer.inputs, layer.output)):
            yield f"layers[{index}] does not lie within the arena"
        if any(lines.first > lines.last for call in layer.calls for lines in (call.params, *call.arrays.values())):
            yield f"layers[{index}].calls has lines that end before they begin"
