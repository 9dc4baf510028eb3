"""The recorded sizes of the kernels are those of today's kernels, and LeNet's are small."""

import json
import runpy
import sys
from pathlib import Path

import pytest

from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.manifest import read_manifest
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.support import paths
from tests.support.lenet import lenet

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "code_size.py"


def test_the_recorded_sizes_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    before = (paths.runtime() / "code_size.json").read_bytes()
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), "--check"])
    runpy.run_path(str(SCRIPT), run_name="__main__")  # exits with a sentence where one is not
    assert (paths.runtime() / "code_size.json").read_bytes() == before
    measured = {Path(kernel).name for kernel in json.loads(before)["bytes"]}
    assert measured == {path.stem for path in paths.runtime().rglob("*.c")}


def test_the_kernels_of_lenet_take_at_most_1600_bytes(tmp_path: Path) -> None:
    write_c(graph_of(lenet()), tmp_path / "c", optimize="size")
    kernels = read_manifest(tmp_path / "c").flash_estimate.kernels
    assert set(kernels) == {"conv2d_max_pool2d_s8", "fully_connected_s8", "softmax_s8"}
    assert sum(kernels.values()) <= 1600
