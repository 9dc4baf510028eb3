"""edgecnn convert: a model to a folder of C99 that compiles by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..converters.c_names import name_of
from ..converters.graph_to_c import write_c
from ..converters.manifest import read_manifest
from ..converters.tflite_to_graph import graph_of, read_tflite
from ..lowering.streaming import smallest_arena
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
@click.option("--stream", is_flag=True, help="The first layers take the input row by row: another C API, less RAM.")
@options.dataset(None, "For a float model: where the representative images come from. Default: as it was trained.")
@options.data_dir
@options.representative
@click.option("--force", is_flag=True, help="Replace the folder even where files in it were edited or added.")
@options.as_json
def command(
    model: Path,
    output: Path,
    name: str | None,
    target: str,
    optimize: str,
    fuse: bool,
    stream: bool,
    dataset: str | None,
    data_dir: Path | None,
    representative: Path | None,
    force: bool,
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
    how: dict[str, Any] = {"target": target, "optimize": optimize, "fuse": fuse}
    write_c(graph, output, name=name or name_of(model), **how, stream=None if stream else 0, force=force)
    manifest = read_manifest(output)
    if optimize == "ram" and not stream:
        arena = manifest.arena.bytes
        saved = arena - (smallest_arena(graph, **how) or arena)
        if saved > 0:
            click.echo(f"Note: with --stream, which takes the input row by row, RAM is {saved:,} bytes less.", err=True)
    if as_json:
        options.print_json({"folder": str(output), **manifest.to_json()})
        return
    flash = manifest.flash_estimate
    entry = "_push_row() and _invoke() run" if stream else "_invoke() runs"
    click.echo(
        f"{output}: {manifest.name}{entry} {len(manifest.layers)} layers, {graph.macs:,} "
        f"multiply-accumulates; flash {flash.constants:,} bytes of constants and about "
        f"{flash.code:,} of code (Cortex-M4, -Os), RAM {manifest.arena.bytes:,} bytes"
    )
