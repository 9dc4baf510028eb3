"""The reference networks of MLPerf Tiny: quantized by us, equal in every byte in C; and what converting them costs."""

import os
from pathlib import Path

import pytest

from benchmarks.conversion import cost
from benchmarks.mlperf_tiny import ARCHITECTURES, build
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.keras_to_tflite import keras_to_tflite
from edgecnn.converters.manifest import read_manifest
from edgecnn.converters.tflite_to_graph import read_tflite
from edgecnn.verification import verify

# name: parameters (batch normalization folded), multiply-accumulates
NUMBERS = {
    "resnet8": (77_706, 12_501_632),
    "ds_cnn": (22_604, 2_656_768),
    "mobilenet": (210_850, 7_489_664),
    "autoencoder": (265_864, 264_192),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mlperf_tiny")


@pytest.fixture(scope="module")
def models(folder: Path) -> dict[str, Path]:
    files = {name: folder / f"{name}.tflite" for name in ARCHITECTURES}
    for name, file in files.items():
        file.write_bytes(keras_to_tflite(*build(name)).model)
    return files


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_bit_exact(name: str, models: dict[str, Path]) -> None:
    graph = read_tflite(models[name])
    assert (graph.parameters, graph.macs) == NUMBERS[name]
    result = verify(models[name], dataset=None, random=4)
    result.check()
    deciding = [party.name for party in result.parties if party.exact and party.bytes]
    assert len(deciding) == 4  # tflite_runtime, TFLite Micro, and C op by op and as converted


def test_mobilenet_streamed_needs_15360_bytes(models: dict[str, Path], folder: Path) -> None:
    """Instead of 37,016; its first eight layers are one that takes rows."""
    write_c(read_tflite(models["mobilenet"]), folder / "rows", optimize="ram", stream=None)
    manifest = read_manifest(folder / "rows")
    assert (manifest.streamed, manifest.arena.bytes) == (8, 15360)
    verify(folder / "rows", dataset=None, random=2, with_oracles=False).check()


def test_converting_needs_neither_tensorflow_nor_much_time_or_memory(models: dict[str, Path], folder: Path) -> None:
    """MobileNet, the largest file: under 5 seconds of computing and under 300 MB."""
    assert 290_000 < models["mobilenet"].stat().st_size < 400_000
    (folder / "tensorflow.py").write_text("raise ImportError('not installed')")
    without = {**os.environ, "PYTHONPATH": str(folder)}
    seconds, megabytes = cost(models["mobilenet"], "-o", folder / "c", environment=without)
    assert seconds < 5
    assert megabytes < 300
