"""A folder of ours whose parts no longer belong together is never taken for a whole one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgecnn import verify, write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import EdgecnnError, InvalidModelError
from edgecnn.host import HostModel
from tests.lenet import lenet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_c(graph_of(lenet()), tmp_path / "c", name="net")
    return tmp_path / "c"


def cut_layers(manifest: dict[str, Any]) -> None:
    manifest["layers"] = manifest["layers"][:3]


def huge_output(manifest: dict[str, Any]) -> None:
    manifest["outputs"][0]["shape"] = [1, 9999, 9999, 9]


def other_name(manifest: dict[str, Any]) -> None:
    manifest["name"] = "other"


def no_layers(manifest: dict[str, Any]) -> None:
    del manifest["layers"]


def strange_shape(manifest: dict[str, Any]) -> None:
    manifest["inputs"][0]["shape"] = "wide"


def no_model(manifest: dict[str, Any]) -> None:
    del manifest["model"]


@pytest.mark.parametrize("damage", [cut_layers, huge_output, other_name, no_layers, strange_shape, no_model])
def test_a_damaged_manifest(damage: Callable[[dict[str, Any]], None], folder: Path) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    damage(manifest)
    path.write_text(json.dumps(manifest))
    with pytest.raises(InvalidModelError, match="edgecnn convert"):
        verify(folder, dataset=None, random=3)


def test_another_model_beside_the_c(folder: Path) -> None:
    (folder / "net.tflite").write_bytes(lenet(seed=1))
    with pytest.raises(InvalidModelError, match="does not belong"):
        verify(folder, dataset=None, random=3)


def test_missing_c(folder: Path) -> None:
    (folder / "net.c").unlink()
    with pytest.raises(InvalidModelError, match="damaged"):
        HostModel(folder)


def test_c_that_does_not_compile(folder: Path) -> None:
    (folder / "net.c").write_text("this is no C")
    with pytest.raises(EdgecnnError, match="error"):
        HostModel(folder)
