"""STRIDED_SLICE and SPLIT by hand."""

import numpy as np
import pytest

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import InvalidModelError, UnsupportedError
from edgecnn.lowering.lower import lower
from edgecnn.lowering.planner import plan
from tests.support.one_op import only_op, replace_field, run
from tests.support.tflite_builder import Builder

X = np.arange(24).reshape(2, 3, 4)


@pytest.mark.parametrize(
    "parts",
    [
        (slice(None), slice(1, 2)),
        (slice(None), slice(None), slice(None, None, 2), slice(1, -1)),
        (slice(None), slice(None), slice(None, None, -1), slice(-1, -4, -2)),
        (slice(None), -1, 0),
        (slice(None), slice(None), slice(0, 100), 2),
    ],
)
def test_slices_are_those_of_numpy(parts: tuple[slice | int, ...]) -> None:
    b = Builder()
    model = b.finish(b.strided_slice(b.input((1, 2, 3, 4), 1, 0), parts))
    assert run(model, X) == X[tuple(parts[1:])].tolist()


def test_numbers() -> None:
    b = Builder()
    op = only_op(b.finish(b.strided_slice(b.input((1, 9), 1, 0), [slice(None), slice(2, 8, 3)])))
    assert (op.kind, op.describe, op.macs, op.parameters) == ("slice", "2..5/3", 0, 0)


@pytest.mark.parametrize(
    ("part", "arena"), [(slice(10, 60), 100), (slice(0, None, 2), 100), (slice(None, 49, -1), 150)]
)
def test_a_slice_forwards_takes_no_memory(part: slice, arena: int) -> None:
    b = Builder()
    x = b.input((1, 100), 1, 0)
    model = b.finish(b.strided_slice(x, [slice(None), part]))
    assert plan(lower(graph_of(model))).arena == arena
    codes = np.arange(100)
    assert run(model, codes) == codes[part].tolist()


@pytest.mark.parametrize("axis", [1, 2, 3, -1])
def test_split_gives_one_op_for_each_part_that_is_needed(axis: int) -> None:
    b = Builder()
    x = b.input((1, 4, 4, 4), 1, 0)
    first, _, third, _ = b.split(x, 4, axis)
    model = b.finish(b.binary("SUB", third, first, 1, 0))
    codes = np.random.default_rng(0).integers(-60, 60, (4, 4, 4))
    parts = np.split(codes, 4, axis if axis < 0 else axis - 1)
    assert [op.kind for op in graph_of(model).ops] == ["slice", "slice", "sub"]
    assert run(model, codes) == (parts[2] - parts[0]).tolist()


def sliced(**fields: int) -> tuple[Builder, int]:
    b = Builder()
    y = b.strided_slice(b.input((1, 4), 1, 0), [slice(None), slice(1, 3)])
    replace_field(b, **fields)
    return b, y


def test_refusals() -> None:
    for mask in ("EllipsisMask", "NewAxisMask"):
        b, y = sliced(**{mask: 1})
        with pytest.raises(UnsupportedError, match=f"op 0 STRIDED_SLICE .* uses its {mask}"):
            graph_of(b.finish(y))
    b, y = sliced()
    b.tensors[y].shape = (1, 3)
    with pytest.raises(InvalidModelError, match=r"has an output of shape \[1, 3\], but takes \[1, 2\]"):
        graph_of(b.finish(y))
    b, y = sliced()
    b.tensors[y].quantization = ([2.0], [0], 0)
    with pytest.raises(UnsupportedError, match="a slice cannot rescale"):
        graph_of(b.finish(y))
    b, y = sliced(ShrinkAxisMask=2)
    b.tensors[b.operators[0].inputs[1]].data = np.array([0, 7], np.int32).tobytes()
    with pytest.raises(InvalidModelError, match="takes position 7 of 4 along axis 1"):
        graph_of(b.finish(y))
    b, y = sliced()
    b.tensors[b.operators[0].inputs[3]].data = np.array([1, 0], np.int32).tobytes()
    with pytest.raises(InvalidModelError, match="do not belong to its input"):
        graph_of(b.finish(y))
    b = Builder()
    y = b.split(b.input((1, 4), 1, 0), 2, 1)[0]
    replace_field(b, NumSplits=3)
    with pytest.raises(InvalidModelError, match=r"op 0 SPLIT .* splits \[1, 4\] into 3 along axis 1"):
        graph_of(b.finish(y))
