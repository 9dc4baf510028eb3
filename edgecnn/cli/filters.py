"""edgecnn filters: what the article's seven filters see in a picture."""

from __future__ import annotations

from pathlib import Path

import click

from ..pictures import filters, images
from ..support.files import write_atomically
from . import options


@click.command(help="Filter the picture IMAGE in seven ways, by the convolution that the boards run: one sheet of all.")
@click.argument("image", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The .png file.")
@click.option(
    "--size", type=click.IntRange(8, 1024), default=256, show_default=True, help="Larger pictures are reduced to this."
)
@options.as_json
def command(image: Path, output: Path, size: int, as_json: bool) -> None:
    gray = images.reduced(images.load(image), size)
    maps = filters.apply(gray)
    write_atomically(output, filters.contact_sheet({"image": gray, **maps}))
    if as_json:
        found = [
            {"name": f.name, "kernel": f.kernel, "divisor": f.divisor, "pixels": maps[f.name].tolist()}
            for f in filters.FILTERS
        ]
        options.print_json({"sheet": str(output), "image": gray.tolist(), "filters": found})
        return
    click.echo(f"{output}: {image} at {gray.shape[1]}x{gray.shape[0]}, and {', '.join(maps)}")
