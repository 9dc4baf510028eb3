"""edgecnn convert: a model to a folder of C99 that compiles by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from .. import zoo
from ..converters.c_names import name_of
from ..converters.graph_to_c import write_c
from ..converters.labels import read_classes
from ..converters.manifest import read_manifest
from ..converters.tflite_to_graph import graph_of, read_tflite
from ..errors import UsageError
from ..graph import Graph
from ..lowering.streaming import smallest_arena
from ..printable import printable
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
@click.option(
    "--classes",
    metavar="A,B,C|FILE",
    help="The names of the classes, or a file with one a line. Default: those in MODEL, where it has any.",
)
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
    classes: str | None,
    force: bool,
    as_json: bool,
) -> None:
    graph = _read(model, dataset, data_dir, representative)
    names = _names(classes, graph) if classes else graph.classes or zoo.classes_of(graph.sha256)
    graph = replace(graph, classes=names)
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


def _read(model: Path, dataset: str | None, data_dir: Path | None, representative: Path | None) -> Graph:
    """The int8 network; a float one is quantized."""
    if model.suffix.lower() not in FLOAT_FILES:
        return read_tflite(model)
    (file, warnings), _ = quantize_file(model, dataset, data_dir, representative)
    for warning in warnings:
        click.echo(f"Warning: {warning}", err=True)
    return graph_of(file, model.name)


def _names(given: str, graph: Graph) -> tuple[str, ...]:
    """The names in --classes, or in the file that it names; raises UsageError unless an output has as many values."""
    names = (
        read_classes(Path(given)) if "," not in given else tuple(printable(name.strip()) for name in given.split(","))
    )
    sizes = [door.tensor.size for door in graph.outputs]
    if len(names) not in sizes:
        raise UsageError(
            f"--classes gives {len(names):,} names, but the outputs of the network have {', '.join(map(str, sizes))} "
            "values; give a name for each value of one of them."
        )
    return names
