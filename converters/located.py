"""Text of which it is known on which lines its named parts lie, however it is put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Located:
    """A text, and the first and last line of each part that has a name, counted from 1."""

    text: str
    lines: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def named(name: str, text: str) -> Located:
    """A text that is to be found again by its name; a line break at its end is not counted."""
    return Located(text, {name: (1, 1 + text.removesuffix("\n").count("\n"))})


def joined(parts: Iterable[Located | str], separator: str = "") -> Located:
    """Texts, one after the other; a name stands for one part of the whole."""
    texts: list[str] = []
    lines: dict[str, tuple[int, int]] = {}
    above = 0
    for part in parts:
        located = Located(part) if isinstance(part, str) else part
        assert not lines.keys() & located.lines.keys(), "two parts of one name"
        lines |= {name: (first + above, last + above) for name, (first, last) in located.lines.items()}
        texts.append(located.text)
        above += located.text.count("\n") + separator.count("\n")
    return Located(separator.join(texts), lines)
