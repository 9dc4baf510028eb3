"""MAX_POOL_2D and AVERAGE_POOL_2D by hand: the corners (`test_article.py` has the article's example)."""

from collections.abc import Callable

import numpy as np
import pytest

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import InvalidModelError, UnsupportedError
from edgecnn.ops.average_pool2d import AveragePool2D
from tests.support.one_op import image, only_op, plane, replace_field, run
from tests.support.tflite_builder import Builder

BOTH = pytest.mark.parametrize("pool", [Builder.max_pool_2d, Builder.average_pool_2d], ids=["max", "average"])
Pool = Callable[..., int]


def test_averages_round_half_away_from_zero_without_the_zero_point() -> None:
    b, x, pixels = image([[1, 2, -1, -2, 0, -1, 0, 1]], zero_point=77)
    assert plane(run(b.finish(b.average_pool_2d(x, (1, 2), (1, 2))), pixels)) == [[2, -2, -1, 1]]


@BOTH
def test_every_map_is_pooled_by_itself(pool: Pool) -> None:
    b = Builder()
    y = pool(b, b.input((1, 2, 2, 3), 1, 0), (2, 2), (2, 2))
    maps = np.array([[[1, 2, 3], [1, 2, 3]], [[1, 2, 3], [1, 2, 3]]])
    assert run(b.finish(y), maps) == [[[1, 2, 3]]]


def test_padding_neither_wins_nor_counts() -> None:
    negative = -np.arange(1, 10).reshape(3, 3)
    b, x, pixels = image(negative)
    assert plane(run(b.finish(b.max_pool_2d(x, (2, 2), (1, 1), "SAME")), pixels))[2] == [-7, -8, -9]
    b, x, pixels = image(negative)
    average = plane(run(b.finish(b.average_pool_2d(x, (2, 2), (1, 1), "SAME")), pixels))
    assert average == [[-3, -4, -5], [-6, -7, -8], [-8, -9, -9]]  # -7.5 and -8.5 away from zero; the corner alone


@BOTH
def test_a_window_larger_than_the_input_is_the_whole_input(pool: Pool) -> None:
    for window in ((9, 7), (2**23, 4), (2**23 + 1, 3)):
        b, x, pixels = image([[4, 4], [4, 4]])
        graph = graph_of(b.finish(pool(b, x, window, (1, 1), "SAME")))
        assert plane(graph.evaluate(pixels)[0]) == [[4, 4], [4, 4]]
    b, x, pixels = image([[4, 4], [4, 4]])
    assert plane(run(b.finish(pool(b, x, (9, 7), (1, 1), "SAME")), pixels)) == [[4, 4], [4, 4]]
    b, x, pixels = image([[4, 4], [4, 4]])
    with pytest.raises(UnsupportedError, match="windows that reach over 1073741826 positions"):
        graph_of(b.finish(pool(b, x, (2**30, 2), (1, 1), "SAME")))


@BOTH
def test_a_stride_larger_than_the_window_skips(pool: Pool) -> None:
    b, x, pixels = image(np.arange(25).reshape(5, 5))
    assert plane(run(b.finish(pool(b, x, (1, 1), (3, 3), "SAME")), pixels)) == [[0, 3], [15, 18]]


@BOTH
def test_activations_clamp(pool: Pool) -> None:
    b, x, pixels = image([[-100, 100]], scale=0.5, zero_point=-10)
    assert plane(run(b.finish(pool(b, x, (1, 1), (1, 1), "VALID", "RELU6")), pixels)) == [[-10, 2]]


def test_a_pool_without_padding_works_in_place() -> None:
    b, x, _ = image(np.zeros((4, 4)))
    call = only_op(b.finish(b.max_pool_2d(x, (2, 2), (2, 2)))).kernel_call()
    assert call
    assert call.leads == {0: 0}
    b, x, _ = image(np.zeros((5, 5)))
    padded = only_op(b.finish(b.average_pool_2d(x, (3, 3), (1, 1), "SAME")))
    assert isinstance(padded, AveragePool2D)
    assert padded.kernel_call().leads == {0: 5 + 1}  # the second row of pixels begins with the first of the input
    assert padded.accumulator_bound == 129 * 9
    assert padded.describe == "3x3 padded"


@BOTH
def test_refusals(pool: Pool) -> None:
    b, x, _ = image(np.zeros((4, 4)))
    y = pool(b, x, (2, 2), (2, 2))
    quantization = b.tensors[y].quantization
    b.tensors[y].quantization = ([2.0], [0], 0)
    with pytest.raises(UnsupportedError, match="a pool cannot rescale"):
        graph_of(b.finish(y))
    b.tensors[y].quantization = quantization
    replace_field(b, FilterHeight=0)
    with pytest.raises(InvalidModelError, match="below 1"):
        graph_of(b.finish(y))
    replace_field(b, FilterHeight=5)
    with pytest.raises(InvalidModelError, match="its window gives \\[1, 0, 2, 1\\]"):
        graph_of(b.finish(y))
