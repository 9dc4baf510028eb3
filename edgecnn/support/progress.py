"""Progress on stderr: bars on a terminal, silence elsewhere; stdout stays the program's data."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from ..printable import printable

stderr = Console(stderr=True)


def say(sentence: str) -> None:
    """A sentence on stderr, above the bars."""
    stderr.print(sentence, markup=False, highlight=False, soft_wrap=True)


def note(text: str) -> None:
    """One line that the user should know although all goes on, above the bars."""
    say(f"Note: {text}")


class Bar:
    """One bar: `advance` by steps done, `describe` what is happening."""

    def __init__(self, progress: Progress, task: TaskID):
        self._progress, self._task = progress, task

    def advance(self, steps: int = 1) -> None:
        self._progress.advance(self._task, steps)

    def describe(self, text: str) -> None:
        self._progress.update(self._task, description=printable(text))


@contextmanager
def bar(text: str, total: int) -> Iterator[Bar]:
    """Show a progress bar of `total` steps while the block runs; nothing is printed when stderr is no terminal.

    Bars of several threads stand below each other.
    """
    with _shown() as progress:
        task = progress.add_task(printable(text), total=total)
        try:
            yield Bar(progress, task)
        finally:
            progress.remove_task(task)


_lock = threading.Lock()
_bars: list[Progress] = []  # the one display, once for each bar on it


@contextmanager
def _shown() -> Iterator[Progress]:
    with _lock:
        progress = _bars[0] if _bars else _display()
        _bars.append(progress)
    try:
        yield progress
    finally:
        with _lock:
            _bars.pop()
            if not _bars:
                progress.stop()


@contextmanager
def busy(text: str) -> Iterator[None]:
    """Show that something goes on, on a terminal; how long it takes cannot be told."""
    with stderr.status(Text(printable(text))) if stderr.is_terminal else nullcontext():
        yield


def _display() -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal)
    progress.start()
    return progress
