"""The validation report on a terminal."""

from __future__ import annotations

import io

from rich import box
from rich.console import Console
from rich.table import Table as RichTable

from ..verification import Verification
from . import tables

_WIDTH = 150
_CLASSES = 12  # whose confusion matrix is as wide as that; the page and the JSON have it of all


def text(result: Verification) -> str:
    """Plain text, ending with the verdict."""
    graded = [tables.accuracies(result), *([tables.confusion(result)] if len(result.classes) <= _CLASSES else [])]
    parts = [tables.layers(result), *graded, tables.parties(result), tables.sizes(result)]
    out = io.StringIO()
    console = Console(file=out, width=_WIDTH, color_system=None, markup=False)  # a class may be called [a]
    for table in (*parts, tables.provenance(result), tables.formulas()):
        if table.rows:
            console.print(_rich(table))
    console.print(result.verdict)
    return out.getvalue()


def _rich(table: tables.Table) -> RichTable:
    labels = len(table.columns) if len(table.columns) == 2 else table.labels
    rich = RichTable(title=table.title, title_justify="left", box=box.SIMPLE_HEAD, show_header=any(table.columns))
    for i, column in enumerate(table.columns):
        rich.add_column(column, justify="left" if i < labels else "right", overflow="fold")
    for row in table.rows:
        rich.add_row(*row)
    return rich
