"""RESHAPE: the same codes, and nothing on the device."""

import pytest

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import InvalidModelError, UnsupportedError
from tests.support.one_op import only_op, run
from tests.support.tflite_builder import Builder


@pytest.mark.parametrize("add", [Builder.residue_flatten, lambda b, x: b.reshape(x, (1, -1))], ids=["Keras", "plain"])
def test_flatten(add: object) -> None:
    b = Builder()
    model = b.finish(add(b, b.input((1, 2, 3), 1, 0)))  # type: ignore[operator]
    assert run(model, [[1, 2, 3], [4, 5, 6]]) == [1, 2, 3, 4, 5, 6]
    assert only_op(model).kernel_call() is None  # and what computed the shape has fallen away


def test_axes_of_size_1_come_and_go() -> None:
    b = Builder()
    y = b.squeeze(b.expand_dims(b.input((1, 2, 1, 3), 1, 0), 4))
    graph = graph_of(b.finish(y))
    assert run(graph.source, [[[1, 2, 3]], [[4, 5, 6]]]) == [[1, 2, 3], [4, 5, 6]]
    assert [op.kernel_call() for op in graph.ops] == [None, None]


def test_refusals() -> None:
    b = Builder()
    y = b.reshape(b.input((1, 2, 3), 1, 0), (1, 6))
    b.tensors[y].shape = (1, 7)
    with pytest.raises(InvalidModelError, match="op 0 RESHAPE .* turns 6 values into 7"):
        graph_of(b.finish(y))
    b.tensors[y].shape, b.tensors[y].quantization = (1, 6), ([2.0], [0], 0)
    with pytest.raises(UnsupportedError, match="a reshape cannot rescale"):
        graph_of(b.finish(y))
