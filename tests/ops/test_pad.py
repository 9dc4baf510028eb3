"""PAD by hand."""

import numpy as np
import pytest

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import InvalidModelError, UnsupportedError
from tests.support.one_op import image, only_op, plane, run
from tests.support.tflite_builder import Builder


def test_a_border_of_the_zero_point() -> None:
    b, x, pixels = image([[1, 2], [3, 4]], zero_point=9)
    model = b.finish(b.pad(x, [(0, 0), (1, 0), (0, 2), (0, 0)]))
    assert plane(run(model, pixels)) == [[9, 9, 9, 9], [1, 2, 9, 9], [3, 4, 9, 9]]
    assert only_op(model).describe == "1+0 0+2"


def test_channels_and_fewer_axes() -> None:
    b = Builder()
    y = b.pad(b.input((1, 1, 2, 2), 1, -7), [(0, 0), (0, 0), (0, 0), (1, 1)])
    assert run(b.finish(y), [[[1, 2], [3, 4]]]) == [[[-7, 1, 2, -7], [-7, 3, 4, -7]]]
    b = Builder()
    assert run(b.finish(b.pad(b.input((1, 2), 1, 5), [(0, 0), (2, 1)])), [8, 9]) == [5, 5, 8, 9, 5]


def test_a_border_of_a_constant() -> None:
    b, x, pixels = image([[1, 2]], scale=0.5, zero_point=9)
    model = b.finish(b.pad_v2(x, [(0, 0), (1, 0), (0, 1), (0, 0)], -3))
    assert plane(run(model, pixels)) == [[-3, -3, -3], [1, 2, -3]]
    value = b.tensors[b.operators[0].inputs[2]]
    value.quantization = ([0.25], [9], 0)
    with pytest.raises(UnsupportedError, match="op 0 PADV2 .* another scale at its constant"):
        graph_of(b.finish(b.operators[0].outputs[0]))
    value.quantization, value.shape, value.data = ([0.5], [9], 0), (2,), bytes(2)
    with pytest.raises(InvalidModelError, match="has 2 values to pad with"):
        graph_of(b.finish(b.operators[0].outputs[0]))


def test_paddings_must_be_constant_and_fit() -> None:
    b = Builder()
    x = b.input((1, 2), 1, 0)
    y = b.operator("PAD", [x, b.tensor((2, 2), dtype=np.int32)], b.tensor((1, 3), 1.0), "PadOptions")
    with pytest.raises(UnsupportedError, match="op 0 PAD .* computes 't1' at run time"):
        graph_of(b.finish(y))
    for paddings, says in (
        ([[0, 0]], "do not belong"),
        ([[0, 0], [-1, 2]], "do not belong"),
        ([[0, 0], [1, 1]], "give"),
    ):
        b = Builder()
        x = b.input((1, 2), 1, 0)
        y = b.operator("PAD", [x, b.constant(paddings)], b.tensor((1, 3), 1.0), "PadOptions")
        with pytest.raises(InvalidModelError, match=says):
            graph_of(b.finish(y))


def test_five_axes_and_rescaling_are_refused() -> None:
    b = Builder()
    y = b.pad(b.input((1, 2), 1, 0), [(0, 0), (1, 1)])
    b.tensors[y].quantization = ([2.0], [0], 0)
    with pytest.raises(UnsupportedError, match="a pad cannot rescale"):
        graph_of(b.finish(y))
    b = Builder()
    with pytest.raises(UnsupportedError, match="5 dimensions; at most 4"):
        graph_of(b.finish(b.pad(b.input((1, 1, 1, 1, 2), 1, 0), [(0, 0)] * 4 + [(1, 1)])))
