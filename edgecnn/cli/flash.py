"""edgecnn flash: the firmware of a converted network into a board."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from .. import board as boards
from ..building.build import MANIFEST, build, default_folder, read
from ..emulators.emulator import empty
from ..flash import TOOLS, flash
from ..flash.offered import OFFERED, commands
from . import options


@click.command(
    help="Write the network in the folder DIR (made by `edgecnn convert` or `build`) to a board; check that it runs."
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--board", "name", required=True, help="One of `edgecnn boards`, or the .toml file of your own.")
@click.option("--port", help="Its serial port. Default: the only USB serial port there is.")
@click.option("--to", "place", help="Where the tool writes, if not there: a drive's folder, HOST:PORT, USER@HOST.")
@click.option("--tool", "kind", type=click.Choice([*TOOLS, *OFFERED]), help="Another tool than the board's own.")
@click.option("--emulate", "emulated", is_flag=True, help="Rehearse it: flash the emulated board, empty as it is.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to build. [DIR-BOARD]")
@click.option("--verbose", is_flag=True, help="Show the tools' command lines.")
@options.trust
@options.as_json
def command(
    folder: Path,
    name: str,
    port: str | None,
    place: str | None,
    kind: str | None,
    emulated: bool,
    output: Path | None,
    verbose: bool,
    trust: bool,
    as_json: bool,
) -> None:
    board = boards.load(name)
    is_built = (folder / MANIFEST).is_file()
    output = output or default_folder(folder, board)
    built = read(folder, board) if is_built else build(folder, board, output, trust=trust)
    if kind in OFFERED:
        _offer(kind, board, built.folder, as_json)
        return
    tell = (lambda line: click.echo(line, err=True)) if verbose else (lambda line: None)
    with ExitStack() as stack:
        if emulated:
            kind, place, port = stack.enter_context(empty(board))
        done = flash(built, place, port=port, kind=kind, ask=not emulated, tell=tell, note=_note)
    if as_json:
        options.print_json(done.to_json())
        return
    image = f"{done.model}, {done.image_size:,} bytes, CRC {done.image_crc:08x}"
    if done.unchanged:
        click.echo(f"{board.id} at {done.place} runs exactly this image already ({image}): nothing was written.")
        return
    proofs = {"read back equal": done.read_back, f"answered on {done.port}": done.answered}
    click.echo(f"{board.id} at {done.place}: {image}; {', '.join(proof for proof, is_so in proofs.items() if is_so)}")


def _note(text: str) -> None:
    click.echo(f"Note: {text}", err=True)


def _offer(kind: str, board: boards.Board, folder: Path, as_json: bool) -> None:
    lines = commands(kind, board, folder)
    if as_json:
        options.print_json({"board": board.id, "tool": kind, "run": False, "commands": lines})
        return
    click.echo("\n".join([f"# not run here: {kind} was never tried with {board.id}", *lines]))
