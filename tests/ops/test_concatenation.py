"""CONCATENATION by hand: any axis, and no copy where the memory plan has made the inputs in their places."""

from pathlib import Path

import numpy as np
import pytest

from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.manifest import read_manifest
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import InvalidModelError, UnsupportedError
from edgecnn.lowering.lower import lower
from edgecnn.lowering.planner import plan
from tests.support.one_op import run
from tests.support.tflite_builder import Builder


@pytest.mark.parametrize("axis", [1, 2, 3, -1, -2, -3])
def test_any_axis(axis: int) -> None:
    b = Builder()
    x = b.input((1, 2, 3, 2), 1, 0)
    y = b.relu(x, 1, 0)
    codes = np.arange(-6, 6).reshape(2, 3, 2)
    expected = np.concatenate([codes, np.maximum(codes, 0), codes], axis=axis if axis < 0 else axis - 1)
    assert run(b.finish(b.concatenation([x, y, x], axis)), codes) == expected.tolist()


def test_inputs_of_different_sizes() -> None:
    b = Builder()
    x = b.input((1, 2, 2, 1), 1, 0)
    pooled = b.max_pool_2d(x, (1, 2), (1, 1))
    assert run(b.finish(b.concatenation([pooled, x], 2)), [[[1], [2]], [[4], [3]]]) == [
        [[2], [1], [2]],
        [[4], [4], [3]],
    ]


@pytest.mark.parametrize(
    ("shape", "axis", "copied"), [((1, 1, 1, 8), 3, 0), ((1, 4, 2, 8), 1, 0), ((1, 4, 2, 8), 3, 2)]
)
def test_what_is_contiguous_is_not_copied(shape: tuple[int, ...], axis: int, copied: int, tmp_path: Path) -> None:
    b = Builder()
    x = b.input(shape, 1, 0)
    branches = [b.relu(b.quantize(x, 2, i), 3, 0) for i in (0, 1)]
    graph = graph_of(b.finish(b.concatenation(branches, axis)))
    found = plan(lower(graph))
    ends = [found.offsets[graph.output] + start for start in (0, graph.output.size // 2)]
    assert sum(found.offsets[tensor] != at for tensor, at in zip(graph.ops[-1].inputs, ends, strict=True)) == copied
    run(graph.source, np.random.default_rng(0).integers(-128, 128, shape))
    write_c(graph, tmp_path / "c")
    assert read_manifest(tmp_path / "c").layers[-1].kernel == "concatenation_s8"


def test_refusals() -> None:
    b = Builder()
    x = b.input((1, 2, 2), 1, 0)
    y = b.quantize(x, 2, 0)
    with pytest.raises(UnsupportedError, match="op 1 CONCATENATION .* another scale at 't1' than at its output"):
        graph_of(b.finish(b.concatenation([x, y], 1)))
    for axis in (3, -4):
        b.operators.pop()
        z = b.concatenation([x, x], 1)
        b.operators[-1].fields["Axis"] = axis
        with pytest.raises(InvalidModelError, match=f"joins 2 tensors along axis {axis} of 3"):
            graph_of(b.finish(z))
    b.operators.pop()
    z = b.concatenation([x, x], 1)
    b.tensors[z].shape = (1, 2, 4)
    with pytest.raises(InvalidModelError, match="along axis 1"):
        graph_of(b.finish(z))
    b.tensors[z].shape = (1, 4, 2)
    b.operators[-1].fields["FusedActivationFunction"] = 1
    with pytest.raises(UnsupportedError, match="put a RELU behind it"):
        graph_of(b.finish(z))
