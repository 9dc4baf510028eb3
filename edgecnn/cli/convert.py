"""edgecnn convert: a model to a folder of C99 that compiles by itself."""

from __future__ import annotations

from pathlib import Path

import click

from ..converters.graph_to_c import name_of, read_manifest, write_c
from ..converters.tflite_to_graph import graph_of, read_tflite
from ..quantization import FLOAT_FILES, quantize_file
from ..targets import OPTIMIZE, TARGETS
from . import options


@click.command(help="Write the network MODEL (.tflite, .keras, .onnx or a trained name) as C99 into a folder.")
@options.model
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The folder, replaced as a whole.")
@click.option("--name", help="What every C symbol begins with. Default: from the file name.")
@click.option("--target", type=click.Choice(list(TARGETS)), default="generic", show_default=True, help="The core.")
@click.option(
    "--optimize",
    type=click.Choice(list(OPTIMIZE)),
    default="balanced",
    show_default=True,
    help="; ".join(f"{mode}: {aim}" for mode, aim in OPTIMIZE.items()) + ".",
)
@click.option("--fuse/--no-fuse", default=True, help="Several ops in one kernel, or every op's output to be seen.")
@options.dataset(None, "For a float model: where the representative images come from. Default: as it was trained.")
@options.data_dir
@options.representative
@options.as_json
def command(
    model: Path,
    output: Path,
    name: str | None,
    target: str,
    optimize: str,
    fuse: bool,
    dataset: str | None,
    data_dir: Path | None,
    representative: Path | None,
    as_json: bool,
) -> None:
    if model.suffix.lower() in FLOAT_FILES:
        (file, warnings), _ = quantize_file(model, dataset, data_dir, representative)
        for warning in warnings:
            click.echo(f"Warning: {warning}", err=True)
        graph = graph_of(file, model.name)
    else:
        graph = read_tflite(model)
    for note in graph.notes:
        click.echo(f"Note: {note}", err=True)
    write_c(graph, output, name=name or name_of(model), target=target, optimize=optimize, fuse=fuse)
    manifest = read_manifest(output)
    if as_json:
        options.print_json({"folder": str(output), **manifest})
        return
    flash = manifest["flash_estimate"]
    click.echo(
        f"{output}: {manifest['name']}_invoke() runs {len(manifest['layers'])} layers, {graph.macs:,} "
        f"multiply-accumulates; flash {flash['constants']:,} bytes of constants and about "
        f"{sum(flash['kernels'].values()):,} of code (Cortex-M4, -Os), RAM {manifest['arena']['bytes']:,} bytes"
    )
