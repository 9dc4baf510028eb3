"""edgecnn train: a network of the zoo, on a data set, to a .keras file."""

from __future__ import annotations

import time
from pathlib import Path

import click

from .. import datasets, training, zoo
from . import options


@click.command(help="Train the network NAME of the zoo. Interrupted, the same command goes on where it stopped.")
@click.argument("name", type=click.Choice(zoo.NAMES))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The .keras file.")
@options.dataset("digits", "What to learn from.")
@options.data_dir
@click.option("--epochs", type=click.IntRange(1), help="Default: what suits the data set.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@click.option("--loss", type=click.Choice(list(training.LOSSES)), default="cross_entropy", show_default=True)
@options.as_json
def command(
    name: str,
    output: Path,
    dataset: str,
    data_dir: Path | None,
    epochs: int | None,
    seed: int,
    loss: str,
    as_json: bool,
) -> None:
    output = _keras_file(output)
    data = datasets.load(dataset, data_dir)
    start = time.monotonic()
    checkpoint = output.with_name(f"{output.name}.checkpoint")
    trained = training.train(name, data, epochs=epochs, seed=seed, loss=loss, checkpoint=checkpoint)
    seconds = time.monotonic() - start
    training.save(trained, output)
    accuracy = training.accuracy_of(trained.model, data.test)
    parameters = trained.model.count_params()
    if as_json:
        report = {"model": str(output), "parameters": parameters, "seconds": round(seconds, 1)}
        options.print_json({**report, **accuracy.to_json(), **trained.provenance})
        return
    click.echo(
        f"{output}: {name}, {parameters:,} parameters, {len(trained.history)} epochs on {dataset} in {seconds:.0f} s\n"
        f"test accuracy {accuracy}"
    )


def _keras_file(output: Path) -> Path:
    if output.suffix != ".keras":
        raise click.BadParameter(f"'{output}' does not end in .keras; Keras reads no other name.", param_hint="'-o'")
    return output
