"""A second network to flash."""

from pathlib import Path

import pytest

from edgecnn import read_tflite, write_c
from tests.support.lenet import lenet


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same network with other weights."""
    place = tmp_path_factory.mktemp("flash")
    (place / "other.tflite").write_bytes(lenet())
    write_c(read_tflite(place / "other.tflite"), place / "other", name="other")
    return place / "other"
