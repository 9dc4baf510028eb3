"""edgecnn boards: what there is to build for, and what is attached."""

from __future__ import annotations

from dataclasses import asdict

import click

from .. import board
from ..converters.c_text import table
from ..onboard.connect import usb_ports
from . import options


@click.command(help="List the boards that edgecnn knows, and the serial ports behind which one may be.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of all facts, each board with its ports.")
def command(as_json: bool) -> None:
    known, attached = board.known(), usb_ports()
    if as_json:
        ports = {b.id: [asdict(port) for port in attached if port.usb in b.usb] for b in known}
        options.print_json([{**asdict(b), "ports": ports[b.id]} for b in known])
        return
    rows = [("board", "name", "mcu", "core", "flash", "RAM", "last checked")]
    rows += [(b.id, b.name, b.mcu, b.core, _size(b.flash), _size(b.ram), b.checked) for b in known]
    click.echo("\n".join(table(rows)))
    for port in attached:
        click.echo(f"attached: {port}")


def _size(region: board.Region | None) -> str:
    return f"{region.length // 1024:,} KB" if region else "-"
