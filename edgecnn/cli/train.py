"""edgecnn train: a network of the zoo, on a data set, to a .keras file."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from .. import datasets, training, zoo
from ..converters.keras_to_tflite import input_shape
from ..errors import UsageError
from ..support.names import unknown
from . import options


class _Start(click.ParamType):  # type: ignore[type-arg]  # which it takes from click 8.4 on
    """The name of a network of the zoo, or the .keras file of a trained one."""

    name = "name"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return "NAME|FLOAT.keras"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str | Path:
        if value in zoo.NAMES:
            return str(value)
        if not value.endswith(".keras"):
            self.fail(unknown("network", value, zoo.NAMES, "or a .keras file"))
        return Path(value)


@click.command(
    help="Train the network NAME of the zoo, or go on with a trained one by --qat. "
    "Interrupted, the same command goes on where it stopped."
)
@click.argument("start", type=_Start(), metavar="NAME|FLOAT.keras")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The .keras file.")
@options.dataset(None, "What to learn from. Default: digits, or what FLOAT.keras was trained on.")
@options.data_dir
@click.option("--size", type=click.IntRange(8), default=32, show_default=True, help="Of the pictures of a folder.")
@click.option("--epochs", type=click.IntRange(1), help="Default: what suits the network and the data set.")
@click.option("--qat", is_flag=True, help="Then fine-tune with fake quantization (quantization-aware training).")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@click.option("--loss", type=click.Choice(list(training.LOSSES)), help="Default: what suits the network.")
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help="Append a line per epoch to this file.")
@options.as_json
def command(
    start: str | Path,
    output: Path,
    dataset: str | None,
    data_dir: Path | None,
    size: int,
    epochs: int | None,
    qat: bool,
    seed: int,
    loss: str | None,
    log: Path | None,
    as_json: bool,
) -> None:
    output = _keras_file(output)
    if isinstance(start, Path) and not qat:
        raise UsageError(f"{start} is trained already; --qat goes on with it.")
    given = training.load(start) if isinstance(start, Path) else None
    data = _data(dataset, given, data_dir, size)
    network = given.provenance["network"] if given else str(start)
    recipe = zoo.recipe(network, data.name)
    recipe = replace(recipe, epochs=epochs or recipe.epochs, loss=loss or recipe.loss)
    began = time.monotonic()
    checkpoint = output.with_name(f"{output.name}.checkpoint")
    with _logger(log) as write:
        write(" ".join(("edgecnn", *sys.argv[1:])))
        trained = given or training.train(network, data, recipe, seed=seed, checkpoint=checkpoint, log=write)
        before, done = None, [] if given else [f"{recipe.epochs} epochs"]
        if qat:
            from ..qat.fine_tuning import check, fine_tune

            check(trained, data)
            before = training.accuracy_of(trained.model, data.test)
            write(f"test accuracy {before}; goes on with fake quantization")
            recipe = zoo.fine_tuning(recipe)
            recipe = replace(recipe, epochs=epochs or recipe.epochs) if given else recipe
            second = output.with_name(f"{output.name}.qat.checkpoint")
            trained = fine_tune(trained, data, recipe, seed=seed, checkpoint=second, log=write)
            done.append(f"{recipe.epochs} epochs with fake quantization")
        seconds = time.monotonic() - began
        training.save(trained, output)
        accuracy = training.accuracy_of(trained.model, data.test)
        write(f"test accuracy {accuracy}")
    parameters = trained.model.count_params()
    if as_json:
        report = {"model": str(output), "parameters": parameters, "seconds": round(seconds, 1)}
        report |= {"float": before.to_json()} if before else {}
        options.print_json({**report, **accuracy.to_json(), **trained.provenance})
        return
    said = " and ".join(done)
    click.echo(f"{output}: {network}, {parameters:,} parameters, {said} on {data.title} in {seconds:.0f} s")
    if before:
        click.echo(f"test accuracy {before} before fine-tuning, in float\ntest accuracy {accuracy}, fake-quantized")
    else:
        click.echo(f"test accuracy {accuracy}")


def _data(name: str | None, given: training.Training | None, data_dir: Path | None, size: int) -> datasets.Dataset:
    if not given:
        return datasets.load(name or "digits", data_dir, (size, size, 3))
    name = name or given.provenance.get("dataset")
    if name is None:
        raise UsageError(f"the model '{given.model.name}' does not say what it was trained on; name a --dataset.")
    return datasets.load(name, data_dir, input_shape(given.model), [str(given.model.inputs[0].name)])


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
