"""Names that users choose among."""

import difflib
from collections.abc import Iterable


def unknown(what: str, name: str, choices: Iterable[str], or_else: str = "") -> str:
    """The sentence for a `name` of a `what` that is none of the `choices`: it suggests the nearest and lists them all.

    `or_else` is what else could be given, such as 'or give a .toml file'.
    """
    choices = list(choices)
    near = difflib.get_close_matches(name.lower(), choices, n=1)
    meant = f" (did you mean '{near[0]}'?)" if near else ""
    return f"unknown {what} '{name}'{meant}; choose one of: {', '.join([*choices, *filter(None, [or_else])])}."
