"""The seven filters of the article on any picture, by the project's own fixed-point convolution."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..door import Door
from ..graph import Graph
from ..ops.conv2d import Conv2D
from ..ops.window import Axis, Window
from ..tensor import Tensor

_BLACK = -128  # the code of a black pixel; codes are pixel - 128


@dataclass(frozen=True)
class Filter:
    """A kernel of integers, (3, 3), whose weighted sum is divided by `divisor`."""

    name: str
    kernel: tuple[tuple[int, int, int], ...]
    divisor: int = 1


FILTERS = (
    Filter("identity", ((0, 0, 0), (0, 1, 0), (0, 0, 0))),
    Filter("edges (diagonal)", ((1, 0, -1), (0, 0, 0), (-1, 0, 1))),
    Filter("edges (4 neighbours)", ((0, 1, 0), (1, -4, 1), (0, 1, 0))),
    Filter("edges (8 neighbours)", ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1))),
    Filter("sharpen", ((0, -1, 0), (-1, 5, -1), (0, -1, 0))),
    Filter("box blur", ((1, 1, 1), (1, 1, 1), (1, 1, 1)), 9),
    Filter("Gaussian blur", ((1, 2, 1), (2, 4, 2), (1, 2, 1)), 16),
)


def graph(height: int, width: int) -> Graph:
    """One convolution that makes a map per filter of a gray image; beyond its border the image is black."""
    image = Tensor(0, "image", (1, height, width, 1), 1.0, _BLACK)
    maps = Tensor(1, "maps", (1, height, width, len(FILTERS)), 1.0, _BLACK)
    convolution = Conv2D(
        inputs=(image,),
        output=maps,
        weights=np.array([f.kernel for f in FILTERS], np.int8)[..., None],
        bias=np.zeros(len(FILTERS), np.int32),
        weight_scales=np.array([1 / f.divisor for f in FILTERS], np.float32),
        activation="NONE",
        window=Window(Axis.of(height, 3, 1, 1, same=True), Axis.of(width, 3, 1, 1, same=True)),
    )
    return Graph((convolution,), (Door.of(image),), (Door.of(maps),))


def apply(gray: NDArray[np.uint8]) -> dict[str, NDArray[np.uint8]]:
    """Filter's name -> map (H, W) of a gray image (H, W); what is below 0 or above 255 becomes black or white."""
    codes = (gray.astype(np.int16) + _BLACK).astype(np.int8)
    maps = graph(*gray.shape).evaluate(codes[None, ..., None])[0]
    pixels = (maps.astype(np.int16) - _BLACK).astype(np.uint8)
    return {f.name: pixels[..., index] for index, f in enumerate(FILTERS)}


def contact_sheet(pictures: dict[str, NDArray[np.uint8]], columns: int = 4) -> bytes:
    """A PNG file that shows gray pictures of one size, (H, W) each, side by side above their names."""
    from PIL import Image, ImageDraw

    margin, caption, least = 8, 16, 128
    height, width = next(iter(pictures.values())).shape
    factor = max(1, -(-least // min(height, width)))  # so that names fit, and pixels can be seen
    cell = width * factor + margin, height * factor + caption + margin
    rows = -(-len(pictures) // columns)
    sheet = Image.new("L", (columns * cell[0] + margin, rows * cell[1] + margin), "white")
    draw: Any = ImageDraw.Draw(sheet)
    for index, (name, pixels) in enumerate(pictures.items()):
        left, top = margin + index % columns * cell[0], margin + index // columns * cell[1]
        sheet.paste(Image.fromarray(pixels.repeat(factor, axis=0).repeat(factor, axis=1)), (left, top))
        draw.text((left, top + height * factor + 2), name, fill="black")
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()
