"""Networks with several inputs and outputs, and with state."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.graph import Graph
from edgecnn.host import HostModel
from tests.support.tflite_builder import Builder


def mixed() -> bytes:
    """Inputs in uint8 and float32, outputs in int8, uint8 and float32."""
    b = Builder()
    image = b.input((1, 4, 4, 2), 0.02, 100, dtype=np.uint8)
    numbers = b.input((1, 6), None, 0, dtype=np.float32)  # type: ignore[arg-type]
    weights = np.random.default_rng(0).integers(-127, 128, (3, 3, 3, 2)).astype(np.int8)
    x = b.conv2d(b.quantize(image, 0.02, -28), weights, np.array([9, 0, -9]), 0.01, 0.1, 5)
    y = b.concatenation([b.reshape(x, (1, 12)), b.quantize(numbers, 0.1, 5)], 1)
    z = b.fully_connected(y, np.random.default_rng(1).integers(-127, 128, (5, 18)).astype(np.int8), None, 0.01, 0.2, 9)
    real = b.operator("DEQUANTIZE", [b.relu(z, 0.1, -128)], b.tensor((1, 5), dtype=np.float32))
    unsigned = b.quantize(x, 0.1, 133, dtype=np.uint8)
    return b.finish(b.softmax(z), unsigned, real, signature=True)


def delay(steps: int = 3) -> bytes:
    """A line of the last inputs, and what is computed of them; the line begins with other codes than 0."""
    b = Builder()
    x = b.input((1, 1, 3), 0.5, 4)
    handle = b.variable(np.arange(3 * steps).reshape(1, steps, 3) - 5)
    line = b.concatenation([b.read_variable(handle, (1, steps, 3), 0.5, 4), x], 1)
    b.assign_variable(handle, b.strided_slice(line, (slice(None), slice(1, None), slice(None))))
    weights = np.random.default_rng(2).integers(-127, 128, (4, 3 * steps + 3)).astype(np.int8)
    return b.finish(b.fully_connected(b.reshape(line, (1, 3 * steps + 3)), weights, None, 0.01, 0.3, 0))


def random_values(graph: Graph, count: int, seed: int = 3) -> dict[str, NDArray[Any]]:
    """In the types of the file."""
    rng = np.random.default_rng(seed)
    values: dict[str, NDArray[Any]] = {}
    for door in graph.inputs:
        shape = (count, *door.shape)
        if door.dtype == "float32":
            values[door.name] = rng.normal(0, 8, shape).astype(np.float32)
        else:
            dtype = np.dtype(door.dtype)
            limits = np.iinfo(dtype)
            values[door.name] = rng.integers(limits.min, limits.max + 1, shape, dtype.type)
    return values


def written(model: bytes, folder: Path, **how: bool) -> HostModel:
    write_c(graph_of(model), folder, **how)  # type: ignore[arg-type]
    return HostModel(folder)
