"""`app_model.h`: all that the firmware's app knows about the model that it runs."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..converted import Converted, opened
from ..converters.c_text import table
from ..door import Door
from ..graph import Graph
from ..interpreter import trace
from ..version import VERSION

SEEDS = (1, 2)  # of the self-test's vectors
TYPES = {"float32": 0, "int32": 2, "uint8": 3, "int16": 7, "int8": 9}  # as numbered in TFLite's schema
_FUNCTIONS = ("invoke", "invoke_layer", "layer_output", "layer_output_size")
_CONSTANTS = ("INPUT_COUNT", "OUTPUT_COUNT", "ARENA_SIZE", "LAYERS")
_ROWS = ("begin", "row", "push_row"), ("INPUT_ROWS", "INPUT_ROW_SIZE")  # functions and constants
_LONGEST_TEXT = 255  # bytes


def header(folder: str | Path | Converted, board: str = "host") -> str:
    """The text of `app_model.h` for the network in a folder that `write_c` made, to run on `board`.

    Raises InvalidModelError when the folder is not one of ours.
    """
    network = opened(folder)
    graph, manifest, name = network.graph, network.manifest, network.manifest.name
    layers = [layer.output.tensor for layer in manifest.layers]
    vectors = (f"{{{seed}u, 0x{expected_crc(graph, layers, seed):08x}u}}" for seed in SEEDS)
    functions, constants = _ROWS if manifest.streamed else ((), ())
    reset = ("reset",) if graph.states else ()
    values = {
        "MODEL_SHA256": _braced(bytes.fromhex(manifest.model.sha256)),
        "MODEL_FACTS": _braced(facts(graph, (VERSION, board, name))),
        "MODEL_SELF_TEST": _braced(vectors),  # seed, CRC-32 of all layers' outputs
        **_sizes("INPUT", graph.inputs),
        **_sizes("OUTPUT", graph.outputs),
        **({"MODEL_HAS_STATE": "1"} if graph.states else {}),
        **{f"MODEL_{constant}": f"{name}_{constant}" for constant in (*_CONSTANTS, *constants)},
        **{f"model_{function}": f"{name}_{function}" for function in (*_FUNCTIONS, *functions, *reset)},
    }
    lines = table((f"#define {macro}", value) for macro, value in values.items() if macro != value)
    return "\n".join(
        [
            f"/* What the app knows about {name}: made by edgecnn {VERSION}; do not edit. */",
            "#ifndef EDGECNN_APP_MODEL_H\n#define EDGECNN_APP_MODEL_H\n",
            f'#include "{name}.h"\n',
            *lines,
            "",
            *([] if manifest.streamed else [_places("int8_t *", name, "input", len(graph.inputs))]),
            _places("const int8_t *", name, "output", len(graph.outputs)),
            "#endif",
            "",
        ]
    )


def facts(graph: Graph, texts: Iterable[str]) -> bytes:
    """The end of HELLO's answer (firmware/app/protocol.h): inputs, outputs and texts."""
    doors = b"".join(map(_described, (*graph.inputs, *graph.outputs)))
    return bytes([len(graph.inputs), len(graph.outputs)]) + doors + b"".join(map(_text, texts))


def _described(door: Door) -> bytes:
    tensor = door.tensor
    types = bytes([TYPES[door.dtype], TYPES[tensor.dtype]])
    shape = struct.pack(f"<B{len(tensor.shape)}I", len(tensor.shape), *tensor.shape)
    return types + struct.pack("<fi", tensor.scale, tensor.zero_point) + shape + _text(door.name)


def _text(text: str) -> bytes:
    data = text.encode()[:_LONGEST_TEXT].decode(errors="ignore").encode()
    return bytes([len(data)]) + data


def _sizes(what: str, doors: Sequence[Door]) -> dict[str, str]:
    sizes = [door.tensor.bytes for door in doors]
    return {
        f"MODEL_{what}_BYTES": _braced(sizes),
        f"MODEL_{what}_TOTAL": f"{sum(sizes)}u",
    }


def _places(result: str, name: str, what: str, count: int) -> str:
    """A function that says where the codes of each input or output are."""
    names = [what] if count == 1 else [f"{what}_{number}" for number in range(count)]
    *cases, last = [f"return ({result})(const void *){name}_{function}();" for function in names]
    if result == "int8_t *":
        *cases, last = [f"return ({result})(void *){name}_{function}();" for function in names]
    lines = [f"    case {number}:\n      {case}\n" for number, case in enumerate(cases)]
    body = "".join(lines) + f"    default:\n      {last}\n"
    return f"static inline {result}model_{what}_at(int number) {{\n  switch (number) {{\n{body}  }}\n}}\n"


def vector(seed: int, size: int) -> NDArray[np.int8]:
    """Input codes of the self-test, as the firmware makes them (firmware/app/protocol.h)."""
    codes, x = bytearray(), seed
    for _ in range(size):
        x = (x * 1664525 + 1013904223) % 2**32
        codes.append(x >> 24)
    return np.frombuffer(codes, np.int8)


def expected_crc(graph: Graph, layers: Iterable[int], seed: int) -> int:
    """CRC-32 of the outputs of `layers` (indices of their tensors) for the vector of `seed`."""
    sizes = [door.tensor.bytes for door in graph.inputs]
    parts = np.split(vector(seed, sum(sizes)), np.cumsum(sizes)[:-1])
    codes = {
        door.name: part.view(door.tensor.dtype).reshape(1, *door.shape)
        for door, part in zip(graph.inputs, parts, strict=True)
    }
    values = {tensor.index: value for tensor, value in trace(graph, codes).items()}
    return zlib.crc32(b"".join(values[index].tobytes() for index in layers))


def _braced(values: Iterable[object]) -> str:
    return "{" + ", ".join(map(str, values)) + "}"
