"""edgecnn boards: what there is to build for."""

from __future__ import annotations

from dataclasses import asdict

import click

from .. import board
from ..converters.c_text import table
from . import options


@click.command(help="List the boards that edgecnn knows.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of all facts.")
def command(as_json: bool) -> None:
    known = [board.load(name) for name in board.names()]
    if as_json:
        options.print_json([asdict(b) for b in known])
        return
    rows = [("board", "name", "mcu", "core", "flash", "RAM", "last checked")]
    rows += [(b.id, b.name, b.mcu, b.core, _size(b.flash), _size(b.ram), b.checked) for b in known]
    click.echo("\n".join(table(rows)))


def _size(region: board.Region | None) -> str:
    return f"{region.length // 1024:,} KB" if region else "-"
