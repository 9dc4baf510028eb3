"""edgecnn quantize: a .keras file to a full-integer int8 .tflite file."""

import hashlib
import json
from contextlib import nullcontext
from pathlib import Path

import click

from .. import datasets
from ..errors import UsageError
from ..files import write_atomically
from ..progress import stderr

_REPRESENTATIVE = 1000  # training images whose activations give the ranges


@click.command(help="Quantize the Keras model MODEL to full-integer int8 TFLite, input and output included.")
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The .tflite file."
)
@click.option(
    "--dataset",
    type=click.Choice(datasets.NAMES),
    help="Where the representative images come from. Default: the data set that MODEL was trained on.",
)
@click.option("--data-dir", type=click.Path(path_type=Path), help="Folder with the files of the data set.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(model: Path, output: Path, dataset: str | None, data_dir: Path | None, as_json: bool) -> None:
    from ..converters.keras_to_tflite import keras_to_tflite, load_keras
    from ..training import provenance

    network = load_keras(model)
    dataset = dataset or provenance(model).get("dataset")
    if dataset is None:
        raise UsageError(f"{model} does not say what it was trained on; name a data set with --dataset.")
    images = datasets.load(dataset, data_dir).train.images[:_REPRESENTATIVE]
    with stderr.status(f"Quantizing {model}") if stderr.is_terminal else nullcontext():
        content, warnings = keras_to_tflite(network, images)
    write_atomically(output, content)
    if as_json:
        report = {
            "model": str(output),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "dataset": dataset,
            "representative_images": len(images),
            "warnings": warnings,
        }
        click.echo(json.dumps(report, indent=2))
        return
    click.echo(f"{output}: {len(content):,} bytes, int8, ranges from {len(images):,} training images of {dataset}")
    for warning in warnings:
        click.echo(f"Warning: {warning}", err=True)
