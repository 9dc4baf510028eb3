"""NEON and SDOT: many and few channels, every rounding, and what each layer executes."""

from pathlib import Path

import numpy as np
import pytest

from edgecnn import board as boards
from edgecnn import read_tflite, zoo
from edgecnn.building.build import build
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.emulators.executed import layers
from edgecnn.errors import EdgecnnError
from edgecnn.graph import Graph
from edgecnn.lowering.lower import lower
from edgecnn.targets import native
from edgecnn.targets.cores.neon import FOLDER
from tests.support.emulated import Case, differences
from tests.support.networks import network
from tests.support.random_models import random_input
from tests.support.tflite_builder import Builder

NETWORKS, INPUTS = 12, 2
BOARDS = {"armv7-neon": "raspberry_pi_2", "armv8": "raspberry_pi_4", "armv8-sdot": "raspberry_pi_5"}


def _roundings() -> Graph:
    """Every code, scaled by powers of two (ties of either sign), up to the ends of int32, and by more than 1."""
    b = Builder()
    x = b.input((1, 16, 16, 1), 1.0, 0)
    scales = [2.0**-shift for shift in (0, 1, 2, 3, 5, 8, 16, 22, 23, 24, 25, 29)] + [3.0, 0.7, 1e-3, 2.0**-31]
    limit = 2**31 - 1 - 256
    bias = [0, 1, -1, 2, -5, 77, -(2**15), 2**28 - 1, 2**29, limit, -limit, -limit, 0, -1, 12345, limit]
    weights = np.where(np.arange(16) % 2, 1, -1).astype(np.int8).reshape(16, 1, 1, 1)
    return graph_of(b.finish(b.conv2d(x, weights, bias, scales, 1.0, 0)))


def _residual(code: str, size: int) -> Graph:
    """A convolution and what goes around it, of `size` codes."""
    b = Builder()
    x = b.input((1, 1, size, 1), 0.05, -7)
    y = b.conv2d(x, np.full((1, 1, 1, 1), -93, np.int8), [1000], 0.01, 0.03, 11)
    return graph_of(b.finish(b.binary(code, x, y, 0.06, 5, "RELU" if size % 2 else "NONE")))


def _cases() -> list[Case]:
    graph, codes = _roundings(), np.arange(-128, 128).astype(np.int8).reshape(1, 16, 16, 1)
    found = [Case("every rounding", graph, codes, True, "speed")]
    for code, size in (("ADD", 256), ("ADD", 45), ("SUB", 3)):
        codes = np.random.default_rng(size).integers(-128, 128, (4, 1, size, 1)).astype(np.int8)
        found.append(Case(f"{code} of {size}", _residual(code, size), codes, True, "speed"))
    for seed in range(NETWORKS):
        rng = np.random.default_rng(seed)
        wide = network(rng)
        x = random_input(rng, wide.input.shape, INPUTS)
        found.append(Case(f"network {seed}", wide, x, seed % 3 > 0, "speed"))
    return found


@pytest.mark.parametrize("core", BOARDS)
def test_every_layer_of_wide_networks(core: str, tmp_path: Path) -> None:
    cases = _cases()
    calls = [step.call for case in cases for step in lower(case.graph, core, "speed", fuse=case.fuse).steps]
    served = {call.kernel.removesuffix("_neon_s8") for call in calls if call and call.folder.startswith(FOLDER)}
    assert served == {"add_same", "conv2d", "conv2d_max_pool2d", "depthwise_conv2d", "fully_connected"}
    assert differences(boards.load(BOARDS[core]), core, cases, tmp_path) == []


@pytest.mark.parametrize(("machine", "target"), [("aarch64", "armv8"), ("arm64", "armv8"), ("armv6l", "generic")])
def test_what_suits_an_arm_computer(machine: str, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert native().name == target


def test_an_emulator_that_logs_too_little(lenet5: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = build(lenet5, boards.load("raspberry_pi_5"), tmp_path / "firmware")
    monkeypatch.setattr("edgecnn.emulators.executed._LOG", ("-d", "page"))
    with pytest.raises(EdgecnnError, match="does not log when a program asks for the time"):
        layers(built)


@pytest.mark.parametrize(("name", "most"), [("raspberry_pi_5", 110_000), ("raspberry_pi_4", 225_000)])
def test_the_same_count_every_time(name: str, most: int, tmp_path: Path) -> None:
    write_c(read_tflite(zoo.trained("lenet5_mnist")), tmp_path / "lenet5", name="lenet5", optimize="speed")
    built = build(tmp_path / "lenet5", boards.load(name), tmp_path / "firmware")
    counts = layers(built)
    assert counts == layers(built)
    assert len(counts) == 6
    assert most / 2 < sum(counts) < most
