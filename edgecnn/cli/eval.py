"""edgecnn eval: the accuracy of a board, and whether it computes what the host promised."""

from __future__ import annotations

from pathlib import Path

import click

from .. import datasets
from ..attached import attached
from ..evaluation import evaluate
from ..folder import read_folder
from . import options


@click.command(help="Stream a data set through a board that runs the network in FOLDER; broken off, it resumes.")
@click.argument("folder", type=click.Path(path_type=Path))
@options.board("The board.", required=True)
@options.dataset("digits", "Where the test images come from.")
@options.data_dir
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="How many test images.")
@options.as_json
def command(
    folder: Path,
    board: str,
    port: str | None,
    emulated: bool,
    dataset: str,
    data_dir: Path | None,
    limit: int,
    as_json: bool,
) -> None:
    graph = read_folder(folder)
    data = datasets.load(dataset, data_dir)
    with attached(folder, board, port=port, emulated=emulated) as device:
        result = evaluate(device, graph, data, limit)
    if as_json:
        options.print_json(result.to_json())
    else:
        click.echo(f"{board}, {dataset}: {result.accuracy}")
        click.echo(f"unequal bytes against the host: {result.unequal_bytes}")
        click.echo(
            f"{result.retries} retries, {result.lost} requests lost, {result.resumed} images from an earlier run"
        )
        click.echo(f"{result.ticks:,} ticks for one inference, {result.seconds * 1e3:.1f} ms of the board's clock")
    result.check()
