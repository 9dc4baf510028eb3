"""edgecnn profile: what each layer costs on a board."""

from __future__ import annotations

from pathlib import Path

import click

from ..converted import Converted
from ..converters.c_text import table
from ..onboard.profiling import Profile, profile
from . import options


@click.command(help="Print what each layer of the network in FOLDER costs on a board, and the memory that it takes.")
@click.argument("folder", type=click.Path(path_type=Path))
@options.board("The board.", required=True)
@options.trust
@options.as_json
def command(folder: Path, board: str, port: str | None, emulated: bool, trust: bool, as_json: bool) -> None:
    result = profile(Converted.open(folder, trust=trust), board, port=port, emulated=emulated)
    if as_json:
        options.print_json(result.to_json())
    else:
        click.echo("\n".join([*_layers(result), "", *_memory(result)]))


def _layers(result: Profile) -> list[str]:
    rows = [("", "layer", result.unit, "share", "MACs", "per MAC")]
    for layer in result.layers:
        per_mac = "-" if layer.per_mac is None else f"{layer.per_mac:.2f}"
        rows.append(
            (f"{layer.number}", layer.layer, f"{layer.count:,}", f"{layer.share:.1%}", f"{layer.macs:,}", per_mac)
        )
    rows.append(("", "total", f"{result.count:,}", "100.0%", f"{result.macs:,}", f"{result.count / result.macs:.2f}"))
    return [*table(rows, right=(0, 2, 3, 4, 5)), _unit(result)]


def _unit(result: Profile) -> str:
    rate = f" of {result.ticks_per_second:,} Hz" if result.unit == "ticks" else ""
    return f"{result.unit}{rate}: {result.source}"


def _memory(result: Profile) -> list[str]:
    sizes = {
        "arena": result.arena,
        "static RAM": result.static_ram,
        "stack, bound": result.stack_bound,
        "stack, measured": result.stack_used,
    }
    return table([(name, "not known" if size is None else f"{size:,} bytes") for name, size in sizes.items()])
