"""Pictures of digits, as people make them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edgecnn import datasets, read_tflite, zoo
from edgecnn.errors import UsageError
from edgecnn.fixed_point import quantize
from edgecnn.pictures import images


@pytest.fixture(scope="module")
def digits() -> datasets.Split:
    return datasets.load("digits").test[:100]


def recognised(prepared: list[NDArray[Any]], labels: NDArray[Any]) -> int:
    graph = read_tflite(zoo.trained("lenet5_mnist"))
    real = datasets.to_input(np.stack(prepared)[..., None])
    codes = quantize(real, graph.input.scale, graph.input.zero_point)
    return int((graph.evaluate(codes).argmax(axis=1) == labels).sum())


def test_photographed_digits_are_recognised_as_well_as_drawn_ones(digits: datasets.Split) -> None:
    """Dark ink on gray paper, large, off centre, with noise: the preparation makes up for all of it."""
    rng = np.random.default_rng(0)
    plain, photographed = [], []
    for image in digits.images[..., 0]:
        plain.append(images.as_digit(image, (32, 32)))
        paper = np.full((300, 240), 200.0)
        large = np.kron(image, np.ones((5, 5)))
        top, left = rng.integers(5, 300 - 165), rng.integers(5, 240 - 165)
        paper[top : top + 160, left : left + 160] -= 0.7 * large
        noisy = np.clip(paper + rng.normal(0, 4, paper.shape), 0, 255).astype(np.uint8)
        photographed.append(images.as_digit(noisy, (32, 32)))
    right = recognised(plain, digits.labels)
    assert right >= 85  # trained on MNIST, asked about 8x8 scans of other people's digits
    assert recognised(photographed, digits.labels) >= right - 8


def test_geometry_is_mnists() -> None:
    picture = np.zeros((100, 60), np.uint8)
    picture[10:90, 20:30] = 255
    prepared = images.as_digit(picture, (32, 32))
    rows, columns = np.flatnonzero(prepared.any(axis=1)), np.flatnonzero(prepared.any(axis=0))
    assert rows[-1] - rows[0] + 1 == 20
    assert abs((rows[0] + rows[-1]) / 2 - 15.5) <= 0.5
    assert abs((columns[0] + columns[-1]) / 2 - 15.5) <= 0.5


def test_inverting_changes_nothing() -> None:
    picture = np.zeros((50, 50), np.uint8)
    picture[10:40, 22:28] = 255
    assert np.array_equal(images.as_digit(picture, (32, 32)), images.as_digit(np.bitwise_not(picture), (32, 32)))


def test_colour_and_transparency(tmp_path: Path) -> None:
    picture = np.zeros((40, 40, 4), np.uint8)  # black and transparent everywhere
    picture[10:30, 18:22] = (0, 0, 120, 255)  # dark blue ink
    Image.fromarray(picture).save(tmp_path / "ink.png")
    gray = images.load(tmp_path / "ink.png")
    assert gray.shape == (40, 40)
    assert gray[0, 0] == 255
    assert gray[15, 20] < 30


def test_what_is_no_digit(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    for path in (tmp_path / "text.png", tmp_path / "missing.png"):
        with pytest.raises(UsageError, match=path.name):
            images.load(path)
    with pytest.raises(UsageError, match="blank"):
        images.as_digit(np.full((30, 30), 240, np.uint8), (32, 32))
    with pytest.raises(UsageError, match="28x28"):
        images.as_digit(np.zeros((30, 30), np.uint8), (8, 8))
