"""edgecnn profile: what each layer costs on a board."""

from __future__ import annotations

from pathlib import Path

import click

from .. import board as boards
from ..attached import attached
from ..converters.graph_to_c import read_manifest
from . import options


@click.command(help="Print the ticks of the board's counter that each layer of the network in FOLDER takes.")
@click.argument("folder", type=click.Path(path_type=Path))
@options.board("The board.", required=True)
@options.as_json
def command(folder: Path, board: str, port: str | None, emulated: bool, as_json: bool) -> None:
    manifest = read_manifest(folder)
    with attached(folder, board, port=port, emulated=emulated) as device:
        ticks, rate, arena = device.time(), device.info.ticks_per_second, device.info.arena
    layers = [
        {"index": layer["index"], "layer": layer["title"], "ticks": count}
        for layer, count in zip(manifest["layers"], ticks, strict=True)
    ]
    source = _source(boards.load(board), emulated)
    if as_json:
        facts = {"board": board, "source": source, "ticks_per_second": rate, "arena": arena}
        options.print_json({**facts, "layers": layers})
        return
    for layer in layers:
        click.echo(f"{layer['index']:>3}  {layer['layer']:24} {layer['ticks']:>12,}")
    click.echo(f"     {'total':24} {sum(ticks):>12,}  ticks of {rate:,} Hz ({source}); arena {arena:,} bytes")


def _source(board: boards.Board, emulated: bool) -> str:
    """What the ticks are: most emulated counters follow the computer's time, not the core's, and that is said."""
    if not emulated:
        return "the board's counter"
    counted = board.emulator is not None and "-icount" in board.emulator.options
    return "instructions counted by the emulator" if counted else "the emulator's clock, not the core's cycles"
