"""edgecnn demo: the whole job, from handwritten digits to C that is proved equal to its network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from .. import datasets, training, zoo
from ..converters.graph_to_c import write_c
from ..converters.tflite_to_graph import read_tflite
from ..quantization import quantize_file
from ..report import page
from ..support.files import write_atomically
from ..verification import verify
from . import options

_NETWORK, _DATASET = "lenet5", "digits"


@click.command(
    help="Train LeNet on real handwritten digits, quantize, convert, verify, and write a report. No download."
)
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), default="edgecnn-demo", show_default=True
)
@click.option("--epochs", type=click.IntRange(1), help="Default: what suits the data set.")
@click.option("--without-oracles", is_flag=True, help="Compare NumPy with C alone.")
@options.as_json
def command(output: Path, epochs: int | None, without_oracles: bool, as_json: bool) -> None:
    keras, tflite, folder, report = (
        output / name for name in ("lenet5.keras", "lenet5.tflite", "lenet5", "report.html")
    )

    def say(text: str) -> None:
        click.echo(text, err=True)

    say(f"1/5  train     {_NETWORK} on {_DATASET}, 1,297 real handwritten digits -> {keras}")
    recipe = zoo.recipe(_NETWORK, _DATASET)
    recipe = replace(recipe, epochs=epochs or recipe.epochs)
    trained = training.train(_NETWORK, datasets.load(_DATASET), recipe, checkpoint=output / "checkpoint.npz")
    training.save(trained, keras)
    say(f"2/5  quantize  to int8 -> {tflite}")
    (model, warnings), _ = quantize_file(keras)
    write_atomically(tflite, model)
    for warning in warnings:
        say(f"     note      {warning}")
    say(f"3/5  convert   to C99 -> {folder}/")
    write_c(read_tflite(tflite), folder, name=_NETWORK)
    say("4/5  verify    float, TFLite, NumPy and C, layer by layer")
    result = verify(folder, dataset=_DATASET, keras=keras, with_oracles=not without_oracles)
    say(f"5/5  report    -> {report}")
    write_atomically(report, page(result).encode())
    if as_json:
        options.print_json({"report": str(report), **result.to_json()})
    else:
        click.echo(f"float {result.float_accuracy}\nint8  {result.int8_accuracy}\n{result}\nRead {report}")
    result.check()
