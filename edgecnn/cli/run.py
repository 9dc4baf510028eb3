"""edgecnn run: one picture, or arrays, for a board, or on this computer for the generated C or TFLite."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from ..converted import Converted
from ..door import Codes, Door, give, named
from ..errors import UsageError
from ..graph import Graph
from ..host import HostModel
from ..onboard.connect import attached
from ..oracles import Oracle
from ..pictures import camera, images
from ..support.npy import read_npy
from . import options

_CAMERA = "camera"  # as the name of a picture
_SHOWN = 20  # values of an output that are no scores of classes; --json has them all

Row = Mapping[str, Codes]  # of each input or output, by name


def _c(network: Converted, codes: Row) -> Row:
    answer = HostModel(network).evaluate({name: array[None] for name, array in codes.items()})
    return {name: array[0] for name, array in named(network.graph.outputs, answer).items()}


def _tflite(network: Converted, codes: Row) -> Row:
    graph = network.graph
    given = {door.index: door.from_codes(codes[door.name][None]) for door in graph.inputs}
    with Oracle("tflite_runtime") as interpreter:
        values = interpreter.evaluate(graph.source, given)
    return {door.name: values[door.tensor.index][0].astype(door.tensor.dtype) for door in graph.outputs}


# What runs the network on this computer: output codes of the input codes.
_HERE: dict[str, Callable[[Converted, Row], Row]] = {"c": _c, "tflite": _tflite}


def _pixels(image: Path | None, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The picture in a file, or that the camera sees, as the network reads it: `shape` (H, W, C)."""
    if image is not None and str(image) != _CAMERA:
        return images.prepared(image, shape)
    if len(shape) != 3 or shape[2] != 1:
        raise UsageError(f"the network takes {shape}, and a camera is read in gray; give a photograph by --image.")
    return images.as_digit(camera.frame(), (shape[0], shape[1]))[..., None]


def _arrays(inputs: Sequence[Door], arrays: Sequence[str]) -> dict[str, NDArray[Any]]:
    """The array of each --array by the name of its input; one row, with or without the batch."""
    shapes, given = {door.name: door.shape for door in inputs}, {}
    for text in arrays:
        name, equals, path = text.partition("=")
        if not equals or (name not in shapes and len(shapes) == 1 and Path(text).exists()):
            if len(shapes) > 1:
                raise UsageError(
                    f"the network's inputs are {', '.join(shapes)}; say --array NAME={text} for one of them."
                )
            name, path = inputs[0].name, text
        if name not in shapes or name in given:
            raise UsageError(f"--array {text}: the network's inputs are {', '.join(shapes)}; give each once.")
        array = read_npy(Path(path))
        given[name] = array[0] if array.shape == (1, *shapes[name]) else array
    if missing := [name for name in shapes if name not in given]:
        raise UsageError(f"the network's input {missing[0]} is not given; add --array {missing[0]}=X.npy.")
    return given


def _row(graph: Graph, image: Path | None, arrays: Sequence[str]) -> Row:
    """The codes for each input."""
    given = _arrays(graph.inputs, arrays) if arrays else {graph.inputs[0].name: _pixels(image, graph.input.shape[1:])}
    return {door.name: door.codes_of(given[door.name][None])[0] for door in graph.inputs}


def _top(graph: Graph, door: Door, scores: NDArray[np.float32]) -> list[dict[str, Any]]:
    """The three best classes, with their names where they are known."""
    names = graph.classes_of(door)
    best = np.argsort(-scores, kind="stable")[:3].tolist()
    named = [{"name": names[index]} if names else {} for index in best]
    return [{"class": index, **name, "score": float(scores[index])} for index, name in zip(best, named, strict=True)]


def _text(door: Door, top: list[dict[str, Any]] | None, values: NDArray[Any], several: bool) -> str:
    """An output, in lines that begin with its name where there are several."""
    if top:
        lines = [f"{best.get('name', best['class'])}  {best['score']:.1%}" for best in top]
    else:
        lines = [f"{' '.join(f'{value:.6g}' for value in values[:_SHOWN])}{' ...' if values.size > _SHOWN else ''}"]
    return "\n".join(f"{door.name}: {line}" if several else line for line in lines)


@click.command(
    help="Run the network in FOLDER on a picture or on arrays; one that reads gray levels is given digits. "
    "Of an output of classes, the best three are printed; of others, the values. A network with state begins anew."
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--image", type=click.Path(path_type=Path), help=f"PNG or JPEG, any size; or the word `{_CAMERA}`.")
@click.option("--camera", "from_camera", is_flag=True, help=f"The same as --image {_CAMERA}: one frame of it.")
@click.option(
    "--array",
    "arrays",
    multiple=True,
    metavar="[NAME=]X.npy",
    help="One row for the input NAME, or for the only one: uint8 is pixels, float is what the network reads.",
)
@options.board("Default: this computer.", required=False)
@click.option("--with", "kind", type=click.Choice(list(_HERE)), help="Without --board: the generated C, or TFLite. [c]")
@options.trust
@options.as_json
def command(
    folder: Path,
    image: Path | None,
    from_camera: bool,
    arrays: tuple[str, ...],
    board: str | None,
    port: str | None,
    emulated: bool,
    kind: str | None,
    trust: bool,
    as_json: bool,
) -> None:
    if [image is not None, from_camera, bool(arrays)].count(True) != 1:
        raise UsageError("one picture at a time: give --image FILE or --camera, or --array for each input.")
    if board and kind:
        raise UsageError("a board runs its own firmware; leave out --with, or --board.")
    network = Converted.open(folder, trust=trust)
    graph = network.graph
    codes = _row(graph, image, arrays)
    report: dict[str, Any] = {"board": board or "this computer"}
    if board:
        with attached(network, board, port=port, emulated=emulated) as device:
            answer = device.infer(give(graph.inputs, [codes[door.name] for door in graph.inputs]))
            report |= {"ticks": answer.ticks, "ticks_per_second": device.info.ticks_per_second}
            outputs: Row = named(graph.outputs, answer.codes)
    else:
        outputs = _HERE[kind or "c"](network, codes)
    values = {door.name: door.reals_of(outputs[door.name]).ravel() for door in graph.outputs}
    classifies = [door for door in graph.outputs if graph.classes_of(door) or (not arrays and len(graph.outputs) == 1)]
    tops = {door.name: _top(graph, door, values[door.name]) for door in classifies}
    if as_json:
        report |= {"top": tops[graph.outputs[0].name]} if tops and len(graph.outputs) == 1 else {"tops": tops}
        options.print_json({**report, "outputs": {name: array.tolist() for name, array in values.items()}})
        return
    for door in graph.outputs:
        click.echo(_text(door, tops.get(door.name), values[door.name], len(graph.outputs) > 1))
    if board:
        click.echo(f"{report['ticks']:,} ticks of a {report['ticks_per_second']:,} Hz counter on {board}", err=True)
