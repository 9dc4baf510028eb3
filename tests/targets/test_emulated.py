"""Random networks through every core's own kernels, on the board that has the core: 0 unequal bytes."""

import dataclasses
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn import board as boards
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.graph import Graph
from edgecnn.lowering.lower import streamable_steps
from edgecnn.targets import TARGETS
from tests.support.emulated import Case, differences
from tests.support.lenet import lenet
from tests.support.random_models import random_chain, random_input, random_model
from tests.support.seeds import seed

# A board with much RAM for every core, and what the compiler calls the core where it is not the board's own: a
# Cortex-M3 runs the code of a Cortex-M0+.
CORES = {
    "avr": ("arduino_mega_2560", None),
    "cortex-m0plus": ("mps2_an385", "cortex_m0plus"),
    "cortex-m3": ("mps2_an385", None),
    "cortex-m4": ("mps2_an386", None),
    "cortex-m55": ("mps3_an547", None),
    "armv7-neon": ("raspberry_pi_2", None),
    "armv8": ("raspberry_pi_4", None),
    "armv8-sdot": ("raspberry_pi_5", None),
    "rv32imc": ("virt_rv32", None),
    "wasm-simd": ("wasm", None),
    "generic": ("virt_rv32", "generic_rv32+m+a+c"),
}
ELSEWHERE = {"x86-64"}
NETWORKS = 24
STREAMED = 8
INPUTS = 3


def cases(modes: Sequence[str]) -> list[Case]:
    """Random networks, fused and not, optimized in these ways in turn; some streamed; LeNet in each of them."""
    found = []
    for number in range(NETWORKS):
        rng = np.random.default_rng(seed(5000 + number))
        model, description = random_model(rng)
        graph, optimize = graph_of(model), modes[number % len(modes)]
        found.append(Case(f"{optimize}, {description}", graph, _inputs(rng, graph), number % 3 > 0, optimize))
    streams = (graph_of(random_chain(np.random.default_rng([9, seed(number)]))[0]) for number in range(100))
    for i, graph in enumerate(islice((graph for graph in streams if streamable_steps(graph) > 1), STREAMED)):
        x, optimize = _inputs(np.random.default_rng(i), graph), modes[i % len(modes)]
        about = f"{optimize}, streamed, {graph}"
        found.append(Case(about, graph, x, True, optimize, streamable_steps(graph)))
    rng = np.random.default_rng(0)
    graph = graph_of(lenet())
    found.append(Case("streamed LeNet", graph, _inputs(rng, graph), True, modes[0], streamable_steps(graph)))
    return found + [Case(f"{mode}, LeNet", graph, _inputs(rng, graph), True, mode) for mode in modes]


def _inputs(rng: np.random.Generator, graph: Graph) -> NDArray[Any]:
    return random_input(rng, graph.input.shape, INPUTS)


def test_every_core_is_tried() -> None:
    assert CORES.keys() | ELSEWHERE == TARGETS.keys()
    assert all(boards.load(board).target == core for core, (board, cpu) in CORES.items() if cpu is None)


# On AVR `balanced` is `speed`, and its flash has room for two LeNets.
MODES = dict.fromkeys(CORES, ("speed", "balanced")) | {"avr": ("speed",)}


# `size` and `ram` take the plain kernels on every core.
@pytest.mark.parametrize(("core", "modes"), [*MODES.items(), ("generic", ("size", "ram"))], ids=str)
def test_every_layer_of_random_networks(core: str, modes: tuple[str, ...], tmp_path: Path) -> None:
    name, cpu = CORES[core]
    facts = boards.load(name)
    if cpu:
        assert facts.compiler
        facts = dataclasses.replace(facts, compiler=dataclasses.replace(facts.compiler, cpu=cpu))
    assert differences(facts, core, cases(modes), tmp_path) == []
