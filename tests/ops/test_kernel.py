"""Records of what a kernel is told, and the fields that they become in C."""

from dataclasses import FrozenInstanceError, dataclass

import numpy as np
import pytest

from edgecnn.converters import c_text
from edgecnn.converters.layer_to_c import Layer
from edgecnn.fixed_point import Array
from edgecnn.ops.kernel import KernelCall, Part, Record
from edgecnn.program.numbering import Part as Numbered
from edgecnn.program.program import Step


@dataclass(frozen=True, eq=False)
class Edge(Part):
    width: int
    table: Array


@dataclass(frozen=True, eq=False)
class Inner(Record):
    size: int
    edge: Edge


@dataclass(frozen=True, eq=False)
class Outer(Record):
    edge: Edge
    inner: Inner
    last: int


OUTER = Outer(Edge(1, np.array([2, 3], np.int8)), Inner(4, Edge(5, np.array([6], np.int32))), 7)


def test_a_part_has_no_struct_of_its_own_and_a_record_has() -> None:
    names = [name for name, _ in OUTER.leaves()]
    assert names == ["width", "table", "inner.size", "inner.width", "inner.table", "last"]
    assert list(OUTER.arrays()) == ["table", "inner.table"]


def test_a_record_becomes_a_struct_and_the_arrays_that_it_points_to() -> None:
    layer = Layer(Numbered("0", ()), Step((), None), KernelCall("outer", OUTER))
    fields = {"width": "1", "table": "layer0_table", "inner.size": "4", "inner.width": "5"}
    fields |= {"inner.table": "layer0_inner_table", "last": "7"}
    assert [located.text for located in layer.constants()] == [
        c_text.constant("layer0_table", OUTER.edge.table),
        c_text.constant("layer0_inner_table", OUTER.inner.edge.table),
        c_text.struct("edgecnn_outer_params", "layer0", fields),
    ]
    assert layer.constant_bytes == 4 * 6 + 2 + 4


def test_a_record_is_never_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        OUTER.last = 8  # type: ignore[misc]
