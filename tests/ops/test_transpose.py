"""TRANSPOSE by hand."""

from itertools import permutations

import numpy as np
import pytest

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import InvalidModelError, UnsupportedError
from tests.support.one_op import only_op, run
from tests.support.tflite_builder import Builder

X = np.arange(24).reshape(1, 2, 3, 4)


def transposed(order: tuple[int, ...], shape: tuple[int, ...] = X.shape) -> tuple[Builder, int]:
    b = Builder()
    return b, b.transpose(b.input(shape, 1, 0), order)


@pytest.mark.parametrize("order", [(0, *inner) for inner in permutations((1, 2, 3))])
def test_every_order_is_numpys(order: tuple[int, ...]) -> None:
    b, y = transposed(order)
    assert run(b.finish(y), X) == X.transpose(order)[0].tolist()


def test_channels_are_shuffled_between_groups() -> None:
    """Five axes, as ShuffleNet has them: neighbours that stay together are one for the kernel."""
    b, y = transposed((0, 1, 2, 4, 3), (1, 2, 2, 3, 2))
    assert run(b.finish(y), X) == X.reshape(1, 2, 2, 3, 2).transpose(0, 1, 2, 4, 3)[0].tolist()


def test_it_costs_nothing_where_the_codes_lie_in_order() -> None:
    b, y = transposed((0, 3, 1, 2), (1, 1, 1, 24))
    op = only_op(b.finish(y))
    assert (op.kind, op.describe, op.kernel_call(), op.macs) == ("transpose", "0 3 1 2", None, 0)
    assert run(b.finish(y), X.reshape(1, 1, 24)) == X.reshape(24, 1, 1).tolist()


def test_refusals() -> None:
    b, y = transposed((0, 3, 1, 2))
    order = b.tensors[b.operators[0].inputs[1]]
    for values in ([0, 1, 1, 2], [0, 1, 2, 7], [0, 1, 2, -5]):
        order.data = np.array(values, np.int32).tobytes()
        with pytest.raises(InvalidModelError, match="op 0 TRANSPOSE .* is none of the 4 axes"):
            graph_of(b.finish(y))
    order.data = np.array([0, 1, 3, 2], np.int32).tobytes()
    with pytest.raises(InvalidModelError, match=r"has an output of shape \[1, 4, 2, 3\], .* gives \[1, 2, 4, 3\]"):
        graph_of(b.finish(y))
    b, y = transposed((0, 3, 1, 2))
    b.tensors[y].quantization = ([2.0], [0], 0)
    with pytest.raises(UnsupportedError, match="a transpose cannot rescale"):
        graph_of(b.finish(y))
    b, y = transposed((0, 5, 4, 3, 2, 1), (1, 2, 2, 2, 2, 2))
    with pytest.raises(UnsupportedError, match="mixes more than 4 axes"):
        graph_of(b.finish(y))
