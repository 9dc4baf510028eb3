"""edgecnn quantize: a .keras or .onnx file to a full-integer int8 .tflite file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from ..quantization import quantize_file
from ..support.files import write_atomically
from . import options


@click.command(
    help="Quantize the network MODEL (.keras, .onnx) to full-integer int8 TFLite, input and output included."
)
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The .tflite file."
)
@options.dataset(None, "Where the representative images come from. Default: what a .keras file was trained on.")
@options.data_dir
@options.representative
@options.as_json
def command(
    model: Path, output: Path, dataset: str | None, data_dir: Path | None, representative: Path | None, as_json: bool
) -> None:
    (content, warnings), source = quantize_file(model, dataset, data_dir, representative)
    write_atomically(output, content)
    if as_json:
        report = {
            "model": str(output),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "representative": source,
            "warnings": warnings,
        }
        options.print_json(report)
        return
    click.echo(f"{output}: {len(content):,} bytes, int8, ranges from {source}")
    for warning in warnings:
        click.echo(f"Warning: {warning}", err=True)
