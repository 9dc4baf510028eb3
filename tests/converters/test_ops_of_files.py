"""The ops of a .tflite file and how they hang together: what is read, and a sentence for each thing that is not."""

import re

import pytest
import tflite

from edgecnn.converters import nearest
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import InvalidModelError, UnsupportedError
from edgecnn.ops import TFLITE_OPS
from tests.support.refused_models import Make, fails
from tests.support.tflite_builder import Builder


def elu(b: Builder) -> int:
    x = b.relu(b.input((1, 4), 1, 0), 1, 0)
    return b.operator("ELU", [x], b.tensor((1, 4), 1.0))


def topk(b: Builder) -> int:
    return b.operator("TOPK_V2", [b.input((1, 4), 1, 0)], b.tensor((1, 4), 1.0))


def beyond_the_schema(b: Builder) -> int:
    return b.operator(9999, [b.input((1, 4), 1, 0)], b.tensor((1, 4), 1.0))


def custom(b: Builder) -> int:
    return b.operator("CUSTOM", [b.input((1, 4), 1, 0)], b.tensor((1, 4), 1.0))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (elu, "op 1 ELU \\('t2'\\) of .* is not supported; the nearest supported form is LEAKY_RELU or RELU"),
        (topk, "op 0 TOPK_V2 \\('t1'\\) of .* is not supported; replace it by a combination of: .*CONV_2D"),
        (beyond_the_schema, "op 0 9999 \\('t1'\\) of .* is not supported"),
        (custom, "op 0 CUSTOM \\('t1'\\) of .* is not supported"),
    ],
)
def test_ops_that_are_not_supported(make: Make, says: str) -> None:
    fails(make, UnsupportedError, says)


def test_the_output_must_follow_from_the_input() -> None:
    def out_of_order(b: Builder) -> int:
        y = b.relu(b.relu(b.input((1, 4), 1, 0), 1, 0), 1, 0)
        b.operators.reverse()
        return y

    def from_nowhere(b: Builder) -> int:
        b.input((1, 4), 1, 0)
        return b.relu(b.tensor((1, 4), 1.0), 1, 0)

    for make in (out_of_order, from_nowhere):
        fails(make, InvalidModelError, "its output does not follow from its input by its ops")


def test_an_op_must_have_its_inputs_and_its_output() -> None:
    def missing(b: Builder) -> int:
        b.input((1, 4), 1, 0)
        return b.operator("RELU", [], b.tensor((1, 4), 1.0))

    def beyond(b: Builder) -> int:
        b.input((1, 4), 1, 0)
        return b.operator("RELU", [77], b.tensor((1, 4), 1.0))

    def two_outputs(b: Builder) -> int:
        y = b.relu(b.input((1, 4), 1, 0), 1, 0)
        b.operators[-1].outputs = (y, b.tensor((1, 4), 1.0))
        return y

    fails(missing, InvalidModelError, "op 0 RELU .* lacks its input 0")
    fails(beyond, InvalidModelError, "tensor 77 does not exist")
    fails(two_outputs, InvalidModelError, "op 0 RELU .* has 2 outputs instead of one")


def test_what_no_output_needs_is_not_looked_at() -> None:
    b = Builder()
    x = b.input((1, 4), 1, 0)
    b.operator(9999, [x], b.tensor((1, 4), 1.0))
    assert [op.kind for op in graph_of(b.finish(b.relu(x, 1, 0))).ops] == ["relu"]


def test_what_is_named_as_nearest_is_supported() -> None:
    named = {word for text in nearest._NEAREST.values() for word in re.findall(r"[A-Z][A-Z0-9_]{2,}", text)}
    assert named
    assert named <= TFLITE_OPS.keys()
    assert not nearest._NEAREST.keys() & TFLITE_OPS.keys()
    assert nearest._NEAREST.keys() <= vars(tflite.BuiltinOperator).keys()


def test_several_consumers_of_a_tensor() -> None:
    b = Builder()
    x = b.input((1, 4), 1, 0)
    left, right = b.relu(x, 1, 0), b.quantize(x, 2, 0)
    graph = graph_of(b.finish(b.binary("ADD", b.binary("MUL", left, right, 1, 0), left, 1, 0)))
    assert [[tensor.index for tensor in op.inputs] for op in graph.ops] == [[0], [0], [1, 2], [3, 1]]
    assert [op.output.index for op in graph.ops] == [1, 2, 3, 4]
