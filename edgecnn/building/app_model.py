"""`app_model.h`: all that the firmware's app knows about the model that it runs."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..converters.c_text import table
from ..converters.manifest import read_manifest
from ..errors import UnsupportedError
from ..folder import read_folder
from ..graph import Graph
from ..interpreter import trace
from ..version import VERSION

SEEDS = (1, 2)  # of the self-test's vectors
_FUNCTIONS = ("output", "invoke", "invoke_layer", "layer_output", "layer_output_size")
_GIVEN_WHOLE: tuple[tuple[str, ...], tuple[str, ...]] = ("input",), ()  # functions and constants
_GIVEN_BY_ROWS = ("begin", "row", "push_row"), ("INPUT_ROWS", "INPUT_ROW_SIZE")
_CONSTANTS = ("INPUT_SIZE", "OUTPUT_SIZE", "INPUT_ZERO_POINT", "OUTPUT_ZERO_POINT", "ARENA_SIZE", "LAYERS")


def header(folder: str | Path, board: str = "host") -> str:
    """The text of `app_model.h` for the network in a folder that `write_c` made, to run on `board`.

    Raises InvalidModelError when the folder is not one of ours.
    """
    manifest = read_manifest(folder)
    _check(manifest)
    functions, constants = _GIVEN_BY_ROWS if manifest["streamed"] else _GIVEN_WHOLE
    graph = read_folder(folder)
    layers = [layer["output"]["tensor"] for layer in manifest["layers"]]
    vectors = (f"{{{seed}u, 0x{expected_crc(graph, layers, seed):08x}u}}" for seed in SEEDS)
    name = manifest["name"]
    values = {
        "APP_VERSION": json.dumps(VERSION),
        "BOARD_NAME": json.dumps(board),
        "MODEL_NAME": json.dumps(name),
        "MODEL_SHA256": _braced(bytes.fromhex(manifest["model"]["sha256"])),
        **_tensor("MODEL_INPUT", manifest["inputs"][0]),
        **_tensor("MODEL_OUTPUT", manifest["outputs"][0]),
        "MODEL_SELF_TEST": _braced(vectors),  # seed, CRC-32 of all layers' outputs
        **{f"MODEL_{constant}": f"{name}_{constant}" for constant in (*_CONSTANTS, *constants)},
        **{f"model_{function}": f"{name}_{function}" for function in (*_FUNCTIONS, *functions)},
    }
    lines = table((f"#define {macro}", value) for macro, value in values.items() if macro != value)
    return "\n".join(
        [
            f"/* What the app knows about {name}: made by edgecnn {VERSION}; do not edit. */",
            "#ifndef EDGECNN_APP_MODEL_H\n#define EDGECNN_APP_MODEL_H\n",
            f'#include "{name}.h"\n',
            *lines,
            "\n#endif",
            "",
        ]
    )


def _check(manifest: Mapping[str, Any]) -> None:
    """Raise UnsupportedError for what protocol 1 cannot carry."""
    borders = [*manifest["inputs"], *manifest["outputs"]]
    if len(borders) > 2 or manifest["states"] or any(border["dtype"] != "int8" for border in borders):
        raise UnsupportedError(
            f"{manifest['name']} has several inputs or outputs, state, or codes other than int8: boards take none of "
            "these yet; call its C from a program of your own."
        )


def vector(seed: int, size: int) -> NDArray[np.int8]:
    """Input codes of the self-test, as the firmware makes them (firmware/app/protocol.h)."""
    codes, x = bytearray(), seed
    for _ in range(size):
        x = (x * 1664525 + 1013904223) % 2**32
        codes.append(x >> 24)
    return np.frombuffer(codes, np.int8)


def expected_crc(graph: Graph, layers: Iterable[int], seed: int) -> int:
    """CRC-32 of the outputs of `layers` (indices of their tensors) for the vector of `seed`."""
    codes = vector(seed, graph.input.size).reshape(1, *graph.input.shape[1:])
    values = {tensor.index: value for tensor, value in trace(graph, codes).items()}
    return zlib.crc32(b"".join(values[index].tobytes() for index in layers))


def _tensor(prefix: str, tensor: Mapping[str, Any]) -> dict[str, str]:
    bits = struct.unpack("<I", struct.pack("<f", tensor["scale"]))[0]
    return {f"{prefix}_SHAPE": _braced(tensor["shape"]), f"{prefix}_SCALE_BITS": f"0x{bits:08x}u"}


def _braced(values: Iterable[object]) -> str:
    return "{" + ", ".join(map(str, values)) + "}"
