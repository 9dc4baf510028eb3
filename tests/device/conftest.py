"""LeNet in the firmware on this computer, under sanitizers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import edgecnn
from edgecnn import zoo
from edgecnn.building.app_model import header
from edgecnn.device import device as devices
from edgecnn.device import requests
from edgecnn.device.device import Device
from edgecnn.emulators.host_board import host_board
from tests.support.host_firmware import SANITIZED, built
from tests.support.scripted_line import Clock


@pytest.fixture(scope="session")
def graph() -> edgecnn.Graph:
    return edgecnn.read_tflite(zoo.trained("lenet5_mnist"))


@pytest.fixture(scope="session")
def folder(graph: edgecnn.Graph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("device") / "lenet5"
    edgecnn.write_c(graph, path, name="lenet5")
    return path


@pytest.fixture(scope="session")
def program(folder: Path) -> Path:
    return built(folder, folder.parent / "sanitized" / "firmware", header(folder), *SANITIZED)


@pytest.fixture
def port(program: Path) -> Iterator[str]:
    with host_board(program) as name:
        yield name


@pytest.fixture
def device(port: str) -> Iterator[Device]:
    with Device(port) as device:
        yield device


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (devices, requests):
        monkeypatch.setattr(module, "time", clock)
    return clock
