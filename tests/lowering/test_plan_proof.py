"""The planner's proof of its own plan, given plans that are wrong: no plan leaves it unproved."""

import pytest

from edgecnn.errors import EdgecnnError
from edgecnn.lowering import planner
from edgecnn.lowering.lower import lower
from edgecnn.lowering.planner import Buffer, Leads
from edgecnn.tensor import Tensor
from tests.support.small_networks import everything


def buffer(size: int, birth: int, death: int) -> Buffer:
    return Buffer((Tensor(size, f"t{size}", (1, size), 1.0, 0),), size, birth, death)


OVERLAP = r"lets t(10 10 and t20 20|20 20 and t10 10) overlap; please report this\.$"
FIRST, SECOND, LATER = buffer(10, -1, 0), buffer(20, 0, 1), buffer(30, 2, 3)
LEADS: Leads = {(FIRST, SECOND): 4}  # the input lies at least 4 bytes behind the output


@pytest.mark.parametrize(
    ("offsets", "leads", "alignment"),
    [
        ({FIRST: 0, SECOND: 10}, {}, 1),  # one after the other
        ({FIRST: 20, SECOND: 0}, {}, 4),
        ({FIRST: 0, SECOND: 10, LATER: 0}, {}, 1),  # never alive together
        ({FIRST: 4, SECOND: 0}, LEADS, 1),  # as far ahead as the kernel reads
        ({FIRST: 16, SECOND: 0}, LEADS, 16),
    ],
)
def test_a_plan_that_is_right_is_taken(offsets: dict[Buffer, int], leads: Leads, alignment: int) -> None:
    for order in (offsets, dict(reversed(offsets.items()))):
        planner._prove(order, leads, alignment)


@pytest.mark.parametrize(
    ("offsets", "leads"),
    [
        ({FIRST: 0, SECOND: 9}, {}),  # by a byte
        ({FIRST: 19, SECOND: 0}, {}),
        ({FIRST: 5, SECOND: 0}, {}),  # one within the other
        ({FIRST: 4, SECOND: 0}, {(SECOND, FIRST): 4}),  # of another step
        ({FIRST: 3, SECOND: 0}, LEADS),  # a byte too near
        ({FIRST: 0, SECOND: 5}, LEADS),  # the wrong way round
        ({LATER: 0, FIRST: 0, SECOND: 9}, {}),  # beside one that is fine
    ],
)
def test_a_plan_that_overlaps_is_refused(offsets: dict[Buffer, int], leads: Leads) -> None:
    for order in (offsets, dict(reversed(offsets.items()))):
        with pytest.raises(EdgecnnError, match=OVERLAP):
            planner._prove(order, leads, 1)


@pytest.mark.parametrize("offsets", [{FIRST: 2}, {FIRST: 0, SECOND: 10}, {FIRST: -4}])
def test_a_plan_that_is_not_aligned_is_refused(offsets: dict[Buffer, int]) -> None:
    with pytest.raises(EdgecnnError, match=r"does not align its buffers; please report this\.$"):
        planner._prove(offsets, {}, 4)


@pytest.mark.parametrize(
    ("place", "sentence"), [(lambda at: 0, "overlap"), (lambda at: at + 1, "does not align"), (lambda at: -at, "")]
)
def test_what_the_search_finds_is_proved(place: object, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that places buffers wrongly is caught before anything is written."""
    right = planner._place

    def wrong(*arguments: object) -> dict[Buffer, int]:
        return {buffer: place(at) for buffer, at in right(*arguments).items()}  # type: ignore[arg-type,operator]

    monkeypatch.setattr(planner, "_place", wrong)
    with pytest.raises(EdgecnnError, match=f"the memory plan .*{sentence}.*please report this"):
        planner.plan(lower(everything(), "cortex-m4"))
