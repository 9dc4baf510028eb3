"""edgecnn build: a converted network to the firmware of a board."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from .. import board as boards
from ..building import gcc
from ..building.build import build, default_folder, for_board
from ..building.fit import at_least
from ..converted import Converted
from . import options


@click.command(help="Compile the network in the folder DIR (made by `edgecnn convert`) for a board.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--board", "name", required=True, help="One of `edgecnn boards`, or the .toml file of your own.")
@click.option("--compiler", type=click.Choice([gcc.KIND]), help="GCC rather than the board's own compiler.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The folder, replaced as a whole. [DIR-BOARD]")
@options.trust
@options.as_json
def command(folder: Path, name: str, compiler: str | None, output: Path | None, trust: bool, as_json: bool) -> None:
    board = boards.load(name)
    if compiler == gcc.KIND:
        board = replace(board, compiler=gcc.target(board))
    network = for_board(Converted.open(folder, trust=trust), board)
    least = at_least(network.manifest)
    if board.bare:
        amounts = " and ".join(f"{sum(parts.values()):,} bytes of {memory}" for memory, parts in least.items())
        click.echo(f"{folder} needs at least {amounts}", err=True)
    result = build(network, board, output or default_folder(folder, board))
    if as_json:
        options.print_json({"folder": str(result.folder), **result.to_json()})
        return
    click.echo(f"{result.elf}: {result.model} for {board.name}")
    if board.flash and board.ram:
        sections = ", ".join(f"{section} {size:,}" for section, size in result.flash.items())
        bound = f"stack at most {result.stack:,}" if result.stack else f"stack not known: {result.stack_unknown}"
        static = result.ram or 0
        click.echo(f"flash  {sum(result.flash.values()):,} of {board.flash.length:,} bytes: {sections}")
        click.echo(f"RAM    {static + (result.stack or 0):,} of {board.ram.length:,} bytes: static {static:,}, {bound}")
