"""Several things at once, each with an end of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ..errors import EdgecnnError

T = TypeVar("T")


def at_once(actions: Sequence[Callable[[Callable[[], bool]], T]]) -> list[T | EdgecnnError]:
    """What each action returned or which EdgecnnError it raised, in their order; each runs in a thread.

    An action gets a function that says whether it should stop: after an interrupt, which is raised once all have ended.
    """
    stop = threading.Event()

    def end_of(action: Callable[[Callable[[], bool]], T]) -> T | EdgecnnError:
        try:
            return action(stop.is_set)
        except EdgecnnError as error:
            return error

    with ThreadPoolExecutor(len(actions)) as threads:
        futures = [threads.submit(end_of, action) for action in actions]
        try:
            return [future.result() for future in futures]
        except BaseException:
            stop.set()
            raise
