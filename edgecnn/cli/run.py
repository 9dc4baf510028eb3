"""edgecnn run: one picture, recognised by a board or by the generated C on this computer."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from .. import images
from ..attached import attached
from ..converters.graph_to_c import read_manifest
from ..errors import UsageError
from ..fixed_point import dequantize, quantize
from ..host import HostModel
from . import options


@click.command(help="Recognise the digit in a picture (PNG, JPEG, any size) with the network in FOLDER.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--image", type=click.Path(path_type=Path), required=True, help="The picture.")
@options.board("Default: this computer, through the generated C.", required=False)
@options.as_json
def command(folder: Path, image: Path, board: str | None, port: str | None, emulated: bool, as_json: bool) -> None:
    manifest = read_manifest(folder)
    into, out = manifest["input"], manifest["output"]
    shape = tuple(into["shape"][1:])
    if len(shape) != 3 or shape[2] != 1:
        raise UsageError(f"{manifest['name']} takes {shape}; `run` prepares gray pictures of digits only.")
    pixels = images.as_digit(images.load(image), (shape[0], shape[1]))[..., None]
    codes = quantize(pixels.astype(np.float32) / np.float32(255), into["scale"], into["zero_point"])
    report: dict[str, object] = {"board": board or "this computer"}
    if board:
        with attached(folder, board, port=port, emulated=emulated) as device:
            answer = device.infer(codes)
            report |= {"ticks": answer.ticks, "ticks_per_second": device.info.ticks_per_second}
            outputs = answer.codes
    else:
        outputs = HostModel(folder).invoke(codes[None])[0]
    scores = dequantize(outputs.ravel(), out["scale"], out["zero_point"])
    best = np.argsort(-scores, kind="stable")[:3].tolist()
    report["top"] = [{"class": index, "score": float(scores[index])} for index in best]
    if as_json:
        options.print_json(report)
        return
    for index in best:
        click.echo(f"{index}  {scores[index]:.1%}")
    if "ticks" in report:
        click.echo(f"{answer.ticks:,} ticks of a {device.info.ticks_per_second:,} Hz counter on {board}", err=True)
