"""The proof: every byte of every layer of random networks is the same for all who compute it.

Who: tflite_runtime's reference kernels, TFLite Micro, NumPy integers, the float64 twin and the generated C.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn.converted import Converted
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.fixed_point import FLOATS
from edgecnn.interpreter import trace
from edgecnn.lowering.lower import lower
from edgecnn.oracles import Oracle
from tests.support.batch import compiled
from tests.support.chain import Chain
from tests.support.random_graphs import random_graph
from tests.support.random_models import Description, finished, random_input, random_model
from tests.support.seeds import seed

Make = Callable[[np.random.Generator], tuple[bytes, Description]]
MODELS = 240
GRAPHS, GRAPH_SEEDS = 100, (1, 2, 3)
PER_CHUNK = 10
INPUTS = 8
# Stated here once more and not taken from the library: from the first of these on, TFLite Micro does not decide.
# (Per-channel FULLY_CONNECTED above rank 2, where tflite_runtime is wrong, is in tests/ops/test_fully_connected.py.)
DEVIATIONS_OF_MICRO = ("RELU6", "LOGISTIC", "TANH")
WAYS = {"C, op by op": False, "C, fused": True}


@pytest.mark.parametrize("first", range(seed(1000), seed(1000 + MODELS), PER_CHUNK))
def test_every_byte_of_every_layer_agrees(
    first: int, tmp_path: Path, tflite_runtime: Oracle, tflite_micro: Oracle
) -> None:
    seeds = [[number] for number in range(first, first + PER_CHUNK)]
    agree(random_model, seeds, tmp_path, tflite_runtime, tflite_micro)


@pytest.mark.parametrize("first", range(0, GRAPHS, PER_CHUNK))
@pytest.mark.parametrize("graphs", map(seed, GRAPH_SEEDS))
def test_every_byte_of_graphs_with_branches_agrees(
    graphs: int, first: int, tmp_path: Path, tflite_runtime: Oracle, tflite_micro: Oracle
) -> None:
    seeds = [[graphs, number] for number in range(first, first + PER_CHUNK)]
    agree(random_graph, seeds, tmp_path, tflite_runtime, tflite_micro)


def test_a_network_without_kernels_agrees(tmp_path: Path, tflite_runtime: Oracle, tflite_micro: Oracle) -> None:
    """Beside one that has some: the C of both is compiled at once."""

    def make(rng: np.random.Generator) -> tuple[bytes, Description]:
        chain = Chain.begin(rng, (1, 2, 3, 1))
        for shape in ((1, 6), (1, 3, 2)):
            chain.x = chain.builder.reshape(chain.x, shape)
        return finished(chain)

    for order in ((make, random_model), (random_model, make)):
        models = iter(order)
        folder = tmp_path / order[0].__name__
        agree(partial(_next, models), [[1], [2]], folder, tflite_runtime, tflite_micro)


def _next(models: Iterator[Make], rng: np.random.Generator) -> tuple[bytes, Description]:
    return next(models)(rng)


def agree(
    make: Make,
    seeds: Sequence[Sequence[int]],
    folder: Path,
    tflite_runtime: Oracle,
    tflite_micro: Oracle,
) -> None:
    """Build a network from each seed and compare all who compute it; the C of all of them is compiled at once."""
    models, networks = [], []
    for number, drawn in enumerate(seeds):
        rng = np.random.default_rng(drawn)
        model, description = make(rng)
        graph = graph_of(model)
        for way, fuse in WAYS.items():
            # Plain kernels and fast ones in turn: `size` has the plain ones.
            optimize = "size" if (number % 2 == 0) == fuse else "balanced"
            name = f"m{number}{'f' if fuse else ''}"
            networks.append(Converted.of(graph, f"{way}, {drawn}", name=name, fuse=fuse, optimize=optimize))
        models.append((drawn, graph, description, random_input(rng, description.input_shape, INPUTS)))
    parts = compiled(networks, folder)
    hosts = [dict(zip(WAYS, parts[i : i + len(WAYS)], strict=True)) for i in range(0, len(parts), len(WAYS))]
    compared: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    for (drawn, graph, description, x), ways in zip(models, hosts, strict=True):
        integers = {tensor.index: codes for tensor, codes in trace(graph, x).items()}
        layers = [output for _, _, output in description.steps]
        decided_by_micro = _decided(description, DEVIATIONS_OF_MICRO)
        for party, values in {
            "tflite_runtime": tflite_runtime.evaluate(graph.source, x),
            "tflite_micro": _only(decided_by_micro, tflite_micro.evaluate(graph.source, x)),
            "float64": _only(layers, {tensor.index: codes for tensor, codes in trace(graph, x, FLOATS).items()}),
            **{way: host.trace(x) for way, host in ways.items()},
            "C, at once": {graph.output.index: ways["C, fused"].invoke(x)},
        }.items():
            for i in layers:
                if i in values:
                    where = f"seed {drawn}, {party}, tensor {i}: {description}"
                    assert values[i].dtype == np.int8, where
                    np.testing.assert_array_equal(_rows(values[i]), _rows(integers[i]), where)
                    compared[party] += 1
        expected.update(
            {
                "tflite_runtime": len(layers),
                "tflite_micro": len(decided_by_micro),
                "float64": len(layers),
                **{way: sum(bool(step.call) for step in lower(graph, fuse=fuse).steps) for way, fuse in WAYS.items()},
                "C, at once": 1,
            }
        )
    assert compared == expected
    assert compared["C, at once"] == len(seeds)


def _decided(description: Description, deviations: tuple[str, ...]) -> list[int]:
    """The tensors before and beside the ops of which an oracle is known to be wrong, and what follows from those."""
    undecided: set[int] = set()
    for name, inputs, output in description.steps:
        if name in deviations or not undecided.isdisjoint(inputs):
            undecided.add(output)
    return [output for _, _, output in description.steps if output not in undecided]


def _only(tensors: list[int], values: Mapping[int, NDArray[Any]]) -> dict[int, NDArray[Any]]:
    return {tensor: values[tensor] for tensor in tensors}


def _rows(values: NDArray[Any]) -> NDArray[Any]:
    return values.reshape(INPUTS, -1)
