"""The proof: every byte of every layer of random networks is the same for all who compute it.

Who: tflite_runtime's reference kernels, TFLite Micro, NumPy integers, the float64 twin and the generated C.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.fixed_point import FLOATS
from edgecnn.host import HostModel
from edgecnn.interpreter import trace
from edgecnn.lowering import lower
from edgecnn.oracles import Oracle
from tests.random_models import Description, random_input, random_model

MODELS_PER_CHUNK = 10
CHUNKS = 24
INPUTS = 8
# Stated here once more and not taken from the library: from the first of these on, TFLite Micro does not decide.
# (Per-channel FULLY_CONNECTED above rank 2, where tflite_runtime is wrong, is in tests/ops/test_fully_connected.py.)
DEVIATIONS_OF_MICRO = ("RELU6", "LOGISTIC", "TANH")


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_byte_of_every_layer_agrees(
    chunk: int, tmp_path: Path, tflite_runtime: Oracle, tflite_micro: Oracle
) -> None:
    compared: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    for seed in range(1000 + chunk * MODELS_PER_CHUNK, 1000 + (chunk + 1) * MODELS_PER_CHUNK):
        rng = np.random.default_rng(seed)
        model, description = random_model(rng)
        x = random_input(rng, description.input_shape, INPUTS)
        graph = graph_of(model)
        integers = {tensor.index: codes for tensor, codes in trace(graph, x).items()}
        layers = [op.output.index for op in graph.ops]
        decided_by_micro = _decided(description, DEVIATIONS_OF_MICRO)

        ways = {"C, op by op": False, "C, fused": True}
        hosts = {}
        for way, fuse in ways.items():
            # Plain kernels and fast ones in turn: `size` has the plain ones.
            optimize = "size" if (seed % 2 == 0) == fuse else "balanced"
            write_c(graph, tmp_path / way / str(seed), name=f"m{seed}", fuse=fuse, optimize=optimize)
            hosts[way] = HostModel(tmp_path / way / str(seed))
        for party, values in {
            "tflite_runtime": tflite_runtime.evaluate(model, x),
            "tflite_micro": _only(decided_by_micro, tflite_micro.evaluate(model, x)),
            "float64": _only(layers, {tensor.index: codes for tensor, codes in trace(graph, x, FLOATS).items()}),
            **{way: host.trace(x) for way, host in hosts.items()},
            "C, at once": {graph.output.index: hosts["C, fused"].invoke(x)},
        }.items():
            for i in layers:
                if i in values:
                    where = f"seed {seed}, {party}, tensor {i}: {description}"
                    assert values[i].dtype == np.int8, where
                    np.testing.assert_array_equal(_rows(values[i]), _rows(integers[i]), where)
                    compared[party] += 1
        expected.update(
            {
                "tflite_runtime": len(description.steps),
                "tflite_micro": len(decided_by_micro),
                "float64": len(description.steps),
                **{way: sum(bool(step.call) for step in lower(graph, fuse=fuse).steps) for way, fuse in ways.items()},
                "C, at once": 1,
            }
        )
    assert compared == expected
    assert compared["C, at once"] == MODELS_PER_CHUNK


def _decided(description: Description, deviations: tuple[str, ...]) -> list[int]:
    """The tensors before and beside the ops of which an oracle is known to be wrong, and what follows from those."""
    undecided: set[int] = set()
    for name, inputs, output in description.steps:
        if name in deviations or not undecided.isdisjoint(inputs):
            undecided.add(output)
    return [output for _, _, output in description.steps if output not in undecided]


def _only(tensors: list[int], values: Mapping[int, np.ndarray]) -> dict[int, np.ndarray]:
    return {tensor: values[tensor] for tensor in tensors}


def _rows(values: np.ndarray) -> np.ndarray:
    return values.reshape(INPUTS, -1)
