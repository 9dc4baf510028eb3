"""The seeds of random networks: the same in every run, unless EDGECNN_SEEDS says otherwise.

`EDGECNN_SEEDS=fresh` draws a number, which the run prints at its end, and adds it to every seed; that number instead of
`fresh` gives the same networks again.
"""

import os
import secrets
from collections.abc import MutableMapping

VARIABLE, FRESH = "EDGECNN_SEEDS", "fresh"


def shift(environment: MutableMapping[str, str]) -> int:
    """What is added to every seed; a fresh number is left there, so that all processes of a run add the same."""
    said = environment.get(VARIABLE, "0")
    if said == FRESH:
        said = environment[VARIABLE] = str(1 + secrets.randbits(40))
    return int(said)


SHIFT = shift(os.environ)


def seed(number: int) -> int:
    """The seed that has this number in a run without fresh ones."""
    return number + SHIFT
