"""The committed LeNet on 10,000 images: MNIST's test images where they are, else as many made from real digits."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn import FloatTwin, HostModel, datasets, read_tflite, zoo
from edgecnn.fixed_point import quantize
from edgecnn.graph import Graph
from edgecnn.oracles import Oracle
from tests.support.sanitized import Sanitized

COUNT = 10_000


@pytest.fixture(scope="module")
def graph() -> Graph:
    return read_tflite(zoo.trained("lenet5_mnist"))


@pytest.fixture(scope="module")
def codes(graph: Graph) -> NDArray[Any]:
    """10,000 images as input codes (N, 32, 32, 1)."""
    if datasets.available("mnist"):
        images = datasets.load("mnist").test.images
    else:  # shifted, noisy copies: the borders are not black, as they always are in MNIST
        rng = np.random.default_rng(0)
        digits = datasets.load("digits").train.images
        images = np.roll(digits[rng.integers(0, len(digits), COUNT)], rng.integers(-4, 5), axis=(1, 2))
        images = np.clip(images + rng.normal(0, 20, images.shape), 0, 255).astype(np.uint8)
    return quantize(datasets.to_input(images), graph.input.scale, graph.input.zero_point)


@pytest.fixture(scope="module")
def answers(lenet5: Path, codes: NDArray[Any]) -> NDArray[Any]:
    outputs: NDArray[Any] = HostModel(lenet5).invoke(codes)
    return outputs


def test_arena_and_parameters(graph: Graph, lenet5: Path) -> None:
    assert (graph.parameters, graph.macs) == (63_802, 418_600)
    assert HostModel(lenet5).manifest.arena.bytes <= 5_900


def test_c_equals_tflite_runtime(
    graph: Graph, codes: NDArray[Any], answers: NDArray[Any], tflite_runtime: Oracle
) -> None:
    assert answers.shape == (COUNT, 10)
    theirs = tflite_runtime.evaluate(graph.source, codes)[graph.output.index]
    assert np.count_nonzero(theirs.reshape(COUNT, 10) != answers) == 0


def test_c_equals_tflite_micro(graph: Graph, codes: NDArray[Any], answers: NDArray[Any], tflite_micro: Oracle) -> None:
    theirs = tflite_micro.evaluate(graph.source, codes)[graph.output.index]
    assert np.count_nonzero(theirs.reshape(COUNT, 10) != answers) == 0


def test_c_equals_numpy_and_the_float_twin(graph: Graph, codes: NDArray[Any], answers: NDArray[Any]) -> None:
    assert np.array_equal(graph.evaluate(codes[:1000]), answers[:1000])
    assert np.array_equal(FloatTwin(graph).evaluate(codes[:1000]), answers[:1000])


def test_sanitizers_find_nothing(
    graph: Graph, lenet5: Path, codes: NDArray[Any], answers: NDArray[Any], tmp_path: Path
) -> None:
    """Every image under AddressSanitizer and UndefinedBehaviorSanitizer, and random bytes beside them."""
    program = Sanitized(lenet5, tmp_path)
    assert np.array_equal(program.invoke(codes), answers)
    noise = np.random.default_rng(1).integers(-128, 128, (200, 32, 32, 1), np.int8)
    assert np.array_equal(program.invoke(noise), graph.evaluate(noise))


def test_real_valued_outputs_are_the_devices(graph: Graph, codes: NDArray[Any], answers: NDArray[Any]) -> None:
    pixels = (codes[:50].astype(np.float32) + 128) / 255
    probabilities = FloatTwin(graph)(pixels)
    assert np.array_equal(probabilities, (answers[:50].astype(np.float32) + 128) / 256)


@pytest.mark.skipif(not datasets.available("mnist"), reason="MNIST is not here: set EDGECNN_DATA_DIR to grade on it")
def test_accuracy_on_mnist(answers: NDArray[Any]) -> None:
    labels = datasets.load("mnist").test.labels
    assert np.mean(answers.argmax(axis=1) == labels) >= 0.994


def test_the_data_are_mnist_in_ci() -> None:
    """Where a folder is named, MNIST must really be in it: a wrong path must not turn into a skipped check."""
    assert "EDGECNN_DATA_DIR" not in os.environ or datasets.available("mnist")
