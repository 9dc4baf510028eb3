"""edgecnn run: one picture, recognised by a board, or on this computer by the generated C or by TFLite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from .. import camera, images
from ..attached import attached
from ..converted import Converted
from ..errors import UsageError
from ..fixed_point import dequantize
from ..host import HostModel
from ..oracles import Oracle
from . import options

_CAMERA = "camera"  # as the name of a picture


def _c(network: Converted, codes: NDArray[np.int8]) -> NDArray[np.int8]:
    values: NDArray[np.int8] = np.asarray(HostModel(network).evaluate(codes[None]))[0]
    return values


def _tflite(network: Converted, codes: NDArray[np.int8]) -> NDArray[np.int8]:
    with Oracle("tflite_runtime") as interpreter:
        values = interpreter.evaluate(network.graph.source, codes[None])
    result: NDArray[np.int8] = np.asarray(values[network.graph.output.index], np.int8)[0]
    return result


# What runs the network on this computer: output codes of the input codes of one picture.
_HERE: dict[str, Callable[[Converted, NDArray[np.int8]], NDArray[np.int8]]] = {"c": _c, "tflite": _tflite}


def _pixels(image: Path | None, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The picture in a file, or that the camera sees, as the network reads it: `shape` (H, W, C)."""
    if image is not None and str(image) != _CAMERA:
        return images.prepared(image, shape)
    if len(shape) != 3 or shape[2] != 1:
        raise UsageError(f"the network takes {shape}, and a camera is read in gray; give a photograph by --image.")
    return images.as_digit(camera.frame(), (shape[0], shape[1]))[..., None]


@click.command(help="Recognise a picture with the network in FOLDER; one that reads gray levels is given digits.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--image", type=click.Path(path_type=Path), help=f"PNG or JPEG, any size; or the word `{_CAMERA}`.")
@click.option("--camera", "from_camera", is_flag=True, help=f"The same as --image {_CAMERA}: one frame of it.")
@options.board("Default: this computer.", required=False)
@click.option("--with", "kind", type=click.Choice(list(_HERE)), help="Without --board: the generated C, or TFLite. [c]")
@options.trust
@options.as_json
def command(
    folder: Path,
    image: Path | None,
    from_camera: bool,
    board: str | None,
    port: str | None,
    emulated: bool,
    kind: str | None,
    trust: bool,
    as_json: bool,
) -> None:
    if (image is None) != from_camera:
        raise UsageError("one picture at a time: give --image FILE or --camera.")
    if board and kind:
        raise UsageError("a board runs its own firmware; leave out --with, or --board.")
    network = Converted.open(folder, trust=trust)
    into, out = network.graph.input, network.graph.output
    pixels = _pixels(image, into.shape[1:])
    codes = network.graph.inputs[0].codes_of_reals(pixels.astype(np.float32) / np.float32(255))
    report: dict[str, object] = {"board": board or "this computer"}
    if board:
        with attached(network, board, port=port, emulated=emulated) as device:
            answer = device.infer(codes)
            report |= {"ticks": answer.ticks, "ticks_per_second": device.info.ticks_per_second}
            outputs = answer.codes
    else:
        outputs = _HERE[kind or "c"](network, codes)
    scores = dequantize(outputs.ravel(), out.scale, out.zero_point)
    best = np.argsort(-scores, kind="stable")[:3].tolist()
    report["top"] = [{"class": index, "score": float(scores[index])} for index in best]
    if as_json:
        options.print_json(report)
        return
    for index in best:
        click.echo(f"{index}  {scores[index]:.1%}")
    if "ticks" in report:
        click.echo(f"{answer.ticks:,} ticks of a {device.info.ticks_per_second:,} Hz counter on {board}", err=True)
