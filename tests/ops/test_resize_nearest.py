"""RESIZE_NEAREST_NEIGHBOR by hand."""

import numpy as np
import pytest

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import InvalidModelError, UnsupportedError
from edgecnn.ops.resize_nearest import nearest
from tests.support.one_op import image, plane, run
from tests.support.tflite_builder import Builder


def test_twice_as_large() -> None:
    b, x, pixels = image([[1, 2], [3, 4]])
    model = b.finish(b.resize_nearest(x, (4, 6), False, False))
    assert plane(run(model, pixels)) == [[1, 1, 1, 2, 2, 2]] * 2 + [[3, 3, 3, 4, 4, 4]] * 2


def test_channels_stay_together() -> None:
    b = Builder()
    model = b.finish(b.resize_nearest(b.input((1, 1, 2, 2), 1, 0), (2, 1), False, True))
    assert run(model, [[[1, 2], [3, 4]]]) == [[[3, 4]], [[3, 4]]]


@pytest.mark.parametrize(
    ("size", "output", "corners", "centers", "expected"),
    [
        (4, 2, False, False, [0, 2]),
        (4, 2, True, False, [0, 3]),
        (4, 2, False, True, [1, 3]),
        (3, 5, True, False, [0, 1, 1, 2, 2]),  # 0.5 and 1.5 are rounded away from zero
        (3, 5, False, True, [0, 0, 1, 2, 2]),
        (5, 1, True, False, [0]),
    ],
)
def test_which_is_nearest(size: int, output: int, corners: bool, centers: bool, expected: list[int]) -> None:
    assert nearest(size, output, corners, centers).tolist() == expected


def test_refusals() -> None:
    b = Builder()
    y = b.resize_nearest(b.input((1, 2, 2, 1), 1, 0), (4, 4), False, False)
    b.tensors[y].shape = (1, 4, 5, 1)
    with pytest.raises(InvalidModelError, match=r"op 0 RESIZE_NEAREST_NEIGHBOR .* makes \[1, 4, 4, 1\]"):
        graph_of(b.finish(y))
    b.tensors[y].shape, b.tensors[y].quantization = (1, 4, 4, 1), ([2.0], [0], 0)
    with pytest.raises(UnsupportedError, match="a resize cannot rescale"):
        graph_of(b.finish(y))
    b = Builder()
    y = b.operator("RESIZE_NEAREST_NEIGHBOR", [b.input((1, 2), 1, 0), b.constant([2, 2])], b.tensor((1, 2), 1.0))
    with pytest.raises(UnsupportedError, match="only .1, height, width, channels."):
        graph_of(b.finish(y))
    assert np.array_equal(nearest(7, 7, False, False), range(7))
