"""edgecnn train: a network of the zoo, on a data set, to a .keras file."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from .. import datasets, training, zoo
from . import options


@click.command(help="Train the network NAME of the zoo. Interrupted, the same command goes on where it stopped.")
@click.argument("name", type=click.Choice(zoo.NAMES))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The .keras file.")
@options.dataset("digits", "What to learn from.")
@options.data_dir
@click.option("--size", type=click.IntRange(8), default=32, show_default=True, help="Of the pictures of a folder.")
@click.option("--epochs", type=click.IntRange(1), help="Default: what suits the network and the data set.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@click.option("--loss", type=click.Choice(list(training.LOSSES)), help="Default: what suits the network.")
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help="Append a line per epoch to this file.")
@options.as_json
def command(
    name: str,
    output: Path,
    dataset: str,
    data_dir: Path | None,
    size: int,
    epochs: int | None,
    seed: int,
    loss: str | None,
    log: Path | None,
    as_json: bool,
) -> None:
    output = _keras_file(output)
    data = datasets.load(dataset, data_dir, (size, size, 3))
    recipe = zoo.recipe(name, data.name)
    recipe = replace(recipe, epochs=epochs or recipe.epochs, loss=loss or recipe.loss)
    start = time.monotonic()
    checkpoint = output.with_name(f"{output.name}.checkpoint")
    with _logger(log) as write:
        write(" ".join(("edgecnn", *sys.argv[1:])))
        trained = training.train(name, data, recipe, seed=seed, checkpoint=checkpoint, log=write)
        seconds = time.monotonic() - start
        training.save(trained, output)
        accuracy = training.accuracy_of(trained.model, data.test)
        write(f"test accuracy {accuracy}")
    parameters = trained.model.count_params()
    if as_json:
        report = {"model": str(output), "parameters": parameters, "seconds": round(seconds, 1)}
        options.print_json({**report, **accuracy.to_json(), **trained.provenance})
        return
    click.echo(
        f"{output}: {name}, {parameters:,} parameters, {recipe.epochs} epochs on {data.title} in {seconds:.0f} s\n"
        f"test accuracy {accuracy}"
    )


@contextmanager
def _logger(path: Path | None) -> Iterator[Callable[[str], None]]:
    """What appends a line to the file at `path`, each with its time (UTC)."""
    if path is None:
        yield lambda line: None
        return
    with path.open("a", buffering=1) as file:
        yield lambda line: print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}  {line}", file=file)


def _keras_file(output: Path) -> Path:
    if output.suffix != ".keras":
        raise click.BadParameter(f"'{output}' does not end in .keras; Keras reads no other name.", param_hint="'-o'")
    return output
