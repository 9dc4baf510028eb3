"""Dataclasses from tables of a TOML or JSON file: every fact known, of its type, within its bounds, none missing."""

from __future__ import annotations

import dataclasses
import functools
import re
import reprlib
import types
import typing
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

Record = TypeVar("Record")


@dataclass(frozen=True)
class Rule:
    """What a fact must be besides its type, for `Annotated`; `meaning` goes on where a sentence says 'should be'."""

    holds: Callable[[Any], bool]
    meaning: str


def within(least: float, most: float, meaning: str = "") -> Rule:
    """A number from `least` to `most`, which NaN is not."""
    return Rule(lambda value: least <= value <= most, meaning or f"{least:,} to {most:,}")


def matching(pattern: str, meaning: str) -> Rule:
    """A text that the regular expression matches from end to end."""
    return Rule(lambda value: re.fullmatch(pattern, value, re.ASCII) is not None, meaning)


def one_of(names: Collection[str]) -> Rule:
    """One of a few texts."""
    return Rule(lambda value: value in names, f"one of: {', '.join(names)}")


PRINTABLE = Rule(lambda value: value.isprintable(), "text without line breaks or control characters")


def record(cls: type[Record], facts: object, where: str) -> Record:
    """The dataclass `cls` from a table; raises ValueError: a sentence without its full stop, beginning with `where`."""
    if not isinstance(facts, Mapping):
        raise ValueError(f"{where} should be a table, but is {shown(facts)}")
    hints = _hints(typing.cast(Any, cls))
    fields = {f.name: f for f in dataclasses.fields(typing.cast(Any, cls))}
    needed = {name for name, f in fields.items() if f.default is f.default_factory is dataclasses.MISSING}
    for key in sorted((needed - facts.keys()) | (facts.keys() - fields.keys())):
        raise ValueError(f"{where} {'lacks' if key in needed else 'has an unknown fact,'} {shown(key)}")
    return cls(**{key: _value(hints[key], value, f"{where}: {key}") for key, value in facts.items()})


@functools.cache  # a manifest has thousands of tensors
def _hints(cls: type[Any]) -> dict[str, Any]:
    return typing.get_type_hints(cls, include_extras=True)


def shown(value: object) -> str:
    """A value of a file that nobody vouches for, as it may stand in a sentence: short, and nothing but printable."""
    try:
        return _SHORT.repr(value)
    except ValueError:  # Python writes no integers of more than 4,300 digits
        return "a number of thousands of digits"


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80


def _value(hint: Any, value: Any, where: str) -> Any:
    kind, arguments = typing.get_origin(hint), typing.get_args(hint)
    if kind is Annotated:
        found = _value(arguments[0], value, where)
        for rule in arguments[1:]:
            if not rule.holds(found):
                raise ValueError(f"{where} should be {rule.meaning}, but is {shown(found)}")
        return found
    if kind in (types.UnionType, typing.Union):  # with None
        return None if value is None else _value(arguments[0], value, where)
    if dataclasses.is_dataclass(hint) and not isinstance(value, typing.cast(type[Any], hint)):
        return record(typing.cast(type[Any], hint), value, where)
    wanted = _AS_READ.get(kind, kind or hint)
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise ValueError(f"{where} should be {getattr(hint, '__name__', hint)}, but is {shown(value)}")
    if kind is dict:
        pairs = value.items()
        return {_value(arguments[0], k, where): _value(arguments[1], v, f"{where}.{k}") for k, v in pairs}
    if kind in (list, tuple):
        return kind(_value(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    return value


_AS_READ = {tuple: list}  # files know no tuples
