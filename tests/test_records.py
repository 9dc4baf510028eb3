"""Dataclasses from tables: what is refused, and the sentence that says so."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from edgecnn.support.records import PRINTABLE, matching, one_of, record, shown, within


@dataclass(frozen=True)
class Wheel:
    spokes: Annotated[int, within(3, 64)]


@dataclass(frozen=True)
class Bicycle:
    name: Annotated[str, PRINTABLE]
    wheels: tuple[Wheel, ...]
    colours: dict[Annotated[str, matching("[a-z]+", "a colour")], Annotated[float, within(0, 1)]]
    kind: Annotated[str, one_of(["road", "city"])] = "road"
    gears: Annotated[int, within(1, 30)] | None = None
    bell: bool = False


GOOD: dict[str, Any] = {"name": "n", "wheels": [{"spokes": 32}, {"spokes": 36}], "colours": {"red": 0.5}}


def test_a_table_becomes_a_dataclass() -> None:
    assert record(Bicycle, GOOD, "b") == Bicycle("n", (Wheel(32), Wheel(36)), {"red": 0.5})
    assert record(Bicycle, {**GOOD, "gears": 3, "bell": True, "kind": "city"}, "b").gears == 3
    assert record(Bicycle, {**GOOD, "gears": None}, "b").gears is None
    assert record(Bicycle, {**GOOD, "wheels": []}, "b").wheels == ()


@pytest.mark.parametrize(
    ("fact", "value", "sentence"),
    [
        ("wheels", [{"spokes": 2}], "b: wheels[0]: spokes should be 3 to 64, but is 2"),
        ("wheels", [{}], "b: wheels[0] lacks 'spokes'"),
        ("wheels", [{"spokes": 32, "\n": 1}], "b: wheels[0] has an unknown fact, '\\n'"),
        ("wheels", [{"spokes": 32}, 7], "b: wheels[1] should be a table, but is 7"),
        ("wheels", {"spokes": 32}, "b: wheels should be tuple, but is {'spokes': 32}"),
        ("colours", {"Red": 1.0}, "b: colours should be a colour, but is 'Red'"),
        ("colours", {"red": 1}, "b: colours.red should be float, but is 1"),
        ("colours", {"red": float("nan")}, "b: colours.red should be 0 to 1, but is nan"),
        ("name", "a\x1b[2J", "b: name should be text without line breaks or control characters, but is 'a\\x1b[2J'"),
        ("name", None, "b: name should be str, but is None"),
        ("kind", "moon", "b: kind should be one of: road, city, but is 'moon'"),
        ("gears", True, "b: gears should be int, but is True"),
        ("gears", 31, "b: gears should be 1 to 30, but is 31"),
        ("bell", 1, "b: bell should be bool, but is 1"),
    ],
)
def test_a_fact_that_is_none(fact: str, value: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        record(Bicycle, {**GOOD, fact: value}, "b")


def test_what_is_shown_of_a_value_is_short_and_printable() -> None:
    long = ["x" * 10**6, ["x" * 1000] * 1000, {"x": {"y": ["\n" * 1000] * 9}}, 10**4000, 16**9999, "\u202e"]
    assert all(len(shown(value)) < 700 and shown(value).isprintable() for value in long)
