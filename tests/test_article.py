"""Every number of 'An Intuitive Explanation of Convolutional Neural Networks', by the project's own code.

`run` computes in NumPy integers, in exact floats and in generated C, and the three must agree.
"""

import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edgecnn import HostModel, datasets, read_tflite, training, write_c, zoo
from edgecnn.fixed_point import quantize
from edgecnn.interpreter import trace
from edgecnn.ops.max_pool2d import MaxPool2D
from edgecnn.pictures import filters, images
from tests.support.one_op import image, plane, run
from tests.support.tflite_builder import Builder

IMAGE = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
FILTER = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], np.int8)[np.newaxis, ..., np.newaxis]
NARROW = [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
TO_POOL = [[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]


def test_an_image_is_a_matrix_of_0_black_to_255_white(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 255], [128, 7]], np.uint8)).save(tmp_path / "gray.png")
    assert images.load(tmp_path / "gray.png").tolist() == [[0, 255], [128, 7]]
    colours = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [9, 8, 7]]], np.uint8)
    Image.fromarray(colours).save(tmp_path / "colour.png")
    assert np.array_equal(images.fitted(tmp_path / "colour.png", (2, 2, 3)), colours)


def convolved(stride: int = 1, padding: str = "VALID", border: int = 0) -> list[list[int]]:
    b, x, pixels = image(IMAGE)
    if border:
        x = b.pad(x, [(0, 0), (border, border), (border, border), (0, 0)])
    x = b.conv2d(x, FILTER, np.array([0]), 1.0, 1.0, 0, (stride, stride), padding)
    rows: list[list[int]] = plane(run(b.finish(x), pixels))
    return rows


def test_the_convolution_of_a_5x5_image_with_a_3x3_filter() -> None:
    assert convolved() == NARROW
    assert convolved(stride=2) == [[4, 4], [2, 4]]


def test_zero_padding() -> None:
    same = [[2, 2, 3, 1, 1], [1, 4, 3, 4, 1], [1, 2, 4, 3, 3], [1, 2, 3, 4, 1], [0, 2, 2, 1, 1]]
    assert convolved(padding="SAME") == same
    assert convolved(border=1) == same


def test_wide_convolution() -> None:
    wide = np.array(convolved(border=2))
    assert wide.shape == (7, 7)
    assert wide[2:5, 2:5].tolist() == NARROW
    assert wide[0].tolist() == [1, 1, 2, 1, 1, 0, 0]
    assert wide[6].tolist() == [0, 1, 1, 1, 1, 0, 0]


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("border", [0, 1, 2])
def test_the_size_of_a_map(stride: int, border: int) -> None:
    """(W - F + 2P) / S + 1: a larger stride gives a smaller map."""
    assert len(convolved(stride=stride, border=border)) == (5 - 3 + 2 * border) // stride + 1


def test_three_filters_give_depth_three() -> None:
    b, x, pixels = image(IMAGE)
    weights = np.concatenate([FILTER, -FILTER, 2 * FILTER])
    result = np.array(run(b.finish(b.conv2d(x, weights, np.array([0, 1, -2]), 1.0, 1.0, 0)), pixels))
    assert result.shape == (3, 3, 3)
    assert result[..., 0].tolist() == NARROW
    assert result[..., 1].tolist() == (1 - np.array(NARROW)).tolist()
    assert result[..., 2].tolist() == (2 * np.array(NARROW) - 2).tolist()


@pytest.fixture(scope="module")
def picture() -> NDArray[Any]:
    """Gray levels with edges, corners and noise; (16, 16)."""
    pixels = np.random.RandomState(0).randint(0, 60, (16, 16)).astype(np.uint8)
    pixels[4:11, 5:12] += 150
    return pixels


def test_the_seven_filters_are_the_articles() -> None:
    """A single bright pixel brings each kernel to light, turned by half; a flat ground shows the sum of each."""
    dot = np.zeros((5, 5), np.uint8)
    dot[2, 2] = 16
    maps = filters.apply(dot)
    expected = {
        "identity": [[0, 0, 0], [0, 16, 0], [0, 0, 0]],
        "edges (diagonal)": [[16, 0, 0], [0, 0, 0], [0, 0, 16]],
        "edges (4 neighbours)": [[0, 16, 0], [16, 0, 16], [0, 16, 0]],
        "edges (8 neighbours)": [[0, 0, 0], [0, 128, 0], [0, 0, 0]],
        "sharpen": [[0, 0, 0], [0, 80, 0], [0, 0, 0]],
        "box blur": [[2, 2, 2], [2, 2, 2], [2, 2, 2]],
        "Gaussian blur": [[1, 2, 1], [2, 4, 2], [1, 2, 1]],
    }
    assert {name: pixels[1:4, 1:4].tolist() for name, pixels in maps.items()} == expected
    flat = {name: int(pixels[2, 2]) for name, pixels in filters.apply(np.full((5, 5), 200, np.uint8)).items()}
    kept = {name: 0 if name.startswith("edges") else 200 for name in expected}
    assert flat == kept
    gray = np.full((5, 5), 100, np.uint8)
    gray[2, 2] = 110
    sharpened = filters.apply(gray)["sharpen"]
    assert sharpened[1:4, 1:4].tolist() == [[100, 90, 100], [90, 150, 90], [100, 90, 100]]


def test_the_filters_are_what_the_generated_c_computes(picture: NDArray[Any]) -> None:
    b = Builder()
    weights = np.array([f.kernel for f in filters.FILTERS])[..., None]
    scales = [1 / f.divisor for f in filters.FILTERS]
    x = b.input((1, 16, 16, 1), 1.0, -128)
    y = b.conv2d(x, weights, np.zeros(len(scales), int), scales, 1.0, -128, padding="SAME")
    codes = np.array(run(b.finish(y), picture.astype(np.int16)[..., None] - 128))
    for index, pixels in enumerate(filters.apply(picture).values()):
        assert (codes[..., index] + 128 == pixels).all()


def test_filters_on_the_command_line(tmp_path: Path, picture: NDArray[Any]) -> None:
    Image.fromarray(picture).save(tmp_path / "picture.png")
    command = [sys.executable, "-m", "edgecnn", "filters", str(tmp_path / "picture.png"), "-o", str(tmp_path / "s.png")]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["image"] == picture.tolist()
    maps = filters.apply(picture)
    assert {f["name"]: f["pixels"] for f in report["filters"]} == {name: m.tolist() for name, m in maps.items()}
    with Image.open(tmp_path / "s.png") as file:
        sheet = np.asarray(file)
    for index, pixels in enumerate([picture, *maps.values()]):
        top, left = 8 + index // 4 * (128 + 16 + 8), 8 + index % 4 * (128 + 8)
        assert (sheet[top : top + 128 : 8, left : left + 128 : 8] == pixels).all()
    (tmp_path / "picture.png").write_text("nonsense")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "picture.png is not a picture" in done.stderr


NON_LINEAR: dict[str, Callable[[float], float]] = {
    "RELU": lambda x: max(0.0, x),
    "TANH": math.tanh,
    "LOGISTIC": lambda x: 1 / (1 + math.exp(-x)),
}


@pytest.mark.parametrize(
    ("op", "scale", "zero_point"), [("RELU", 1 / 32, -128), ("TANH", 1 / 128, 0), ("LOGISTIC", 1 / 256, -128)]
)
def test_relu_and_tanh_or_sigmoid_instead_on_each_element(op: str, scale: float, zero_point: int) -> None:
    b = Builder()
    x = b.input((1, 256), 1 / 32, 0)
    codes = np.arange(-128, 128)
    result = np.array(run(b.finish(b.operator(op, [x], b.tensor((1, 256), scale, zero_point))), codes))
    exact = np.array([NON_LINEAR[op](code / 32) for code in codes])
    limits = np.array([-128, 127]) - zero_point
    assert np.abs(scale * (result - zero_point) - np.clip(exact, *(scale * limits))).max() <= 0.51 * scale


def test_max_pooling() -> None:
    b, x, pixels = image(TO_POOL)
    assert plane(run(b.finish(b.max_pool_2d(x, (2, 2), (2, 2))), pixels)) == [[6, 8], [3, 4]]


def test_average_pooling() -> None:
    """In codes of 1/4, so that the averages are exact."""
    b, x, pixels = image(4 * np.array(TO_POOL), scale=0.25)
    codes = plane(run(b.finish(b.average_pool_2d(x, (2, 2), (2, 2))), pixels))
    assert (0.25 * np.array(codes)).tolist() == [[3.25, 5.25], [2, 2]]


def test_sum_pooling() -> None:
    """A sum is a convolution with ones, each map with its own."""
    b, x, pixels = image(TO_POOL)
    ones = np.ones((1, 2, 2, 1), np.int8)
    assert plane(run(b.finish(b.conv2d(x, ones, np.array([0]), 1.0, 1.0, 0, (2, 2))), pixels)) == [[13, 21], [8, 8]]


def test_three_maps_go_in_and_three_come_out() -> None:
    b = Builder()
    maps = np.stack([TO_POOL, -np.array(TO_POOL), 2 * np.array(TO_POOL)], axis=-1)
    result = np.array(run(b.finish(b.max_pool_2d(b.input((1, 4, 4, 3), 1.0, 0), (2, 2), (2, 2))), maps))
    assert result.shape == (2, 2, 3)
    assert result[..., 0].tolist() == [[6, 8], [3, 4]]
    assert result[..., 1].tolist() == [[-1, -2], [-1, 0]]
    assert result[..., 2].tolist() == [[12, 16], [6, 8]]


def test_the_total_error_of_the_training_example() -> None:
    target = np.array([0, 0, 1, 0], np.float32)
    error = training.LOSSES["squared_error"]
    assert float(error(target, np.array([0.2, 0.4, 0.1, 0.3], np.float32))) == pytest.approx(0.55)
    assert float(error(target, np.array([0.1, 0.1, 0.7, 0.1], np.float32))) == pytest.approx(0.06)


LENET = [(28, 28, 6), (14, 14, 6), (10, 10, 16), (5, 5, 16), (400,), (120,), (100,), (10,)]


def test_the_lenet_of_figures_18_to_20() -> None:
    model = zoo.build("lenet5")
    assert [layer.output.shape[1:] for layer in model.layers] == LENET
    assert [layer.count_params() for layer in model.layers if layer.weights] == [156, 2416, 48120, 12100, 1010]
    assert model.count_params() == 63_802
    graph = read_tflite(zoo.trained("lenet5_mnist"))
    assert graph.input.shape == (1, 32, 32, 1)
    assert [op.output.shape[1:] for op in graph.ops if op.kind != "softmax"] == LENET
    assert (graph.parameters, graph.macs) == (63_802, 418_600)


@pytest.fixture(scope="module")
def eights(tmp_path_factory: pytest.TempPathFactory) -> tuple[HostModel, NDArray[Any]]:
    """The trained LeNet in C, and pictures of an 8 as its input codes: real ones, prepared as any picture is."""
    graph = read_tflite(zoo.trained("lenet5_mnist"))
    folder = tmp_path_factory.mktemp("eights") / "c"
    write_c(graph, folder, name="lenet5")
    digits = datasets.load("digits").test
    drawn = digits.images[digits.labels == 8][..., 0]
    prepared = np.stack([images.as_digit(picture, (32, 32)) for picture in drawn])[..., None]
    return HostModel(folder), quantize(datasets.to_input(prepared), graph.input.scale, graph.input.zero_point)


def test_an_8_lights_up_node_8(eights: tuple[HostModel, NDArray[Any]]) -> None:
    model, codes = eights
    brightest = model.invoke(codes).argmax(axis=1)
    assert len(brightest) >= 30
    assert np.mean(brightest == 8) > 0.8  # other people's digits than those that it learnt from


def test_a_pooled_pixel_is_the_brightest_of_the_2x2_it_came_from(eights: tuple[HostModel, NDArray[Any]]) -> None:
    model, codes = eights
    graph = read_tflite(zoo.trained("lenet5_mnist"))
    maps, layers = trace(graph, codes[:5]), model.trace(codes[:5])  # C fuses a pool into the convolution before it
    pools = [op for op in graph.ops if isinstance(op, MaxPool2D)]
    assert len(pools) == 2
    for pool in pools:
        (source,) = pool.inputs
        before = maps[source].reshape(5, *source.shape[1:])
        after = layers[pool.output.index].reshape(5, *pool.output.shape[1:])
        for row, column in np.ndindex(after.shape[1:3]):
            came_from = before[:, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            assert (after[:, row, column] == came_from.max(axis=(1, 2))).all()
