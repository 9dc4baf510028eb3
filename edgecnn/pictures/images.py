"""Any picture as the network saw pictures in training."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")  # of pictures; Pillow would run a program for EPS
MOST_PIXELS = 1 << 26  # 67 million: any telephone's; Pillow takes 16 bytes for each
_MODES = {1: "L", 3: "RGB"}  # channels -> Pillow's name
_DIGIT, _FRAME = 20, 28  # MNIST: the digit fits 20x20, its centre of mass lies at the centre of 28x28


def load(path: Path) -> NDArray[np.uint8]:
    """The picture in a file as gray levels (H, W), 0 black to 255 white; transparency counts as white paper.

    Raises UsageError without pillow or when the file is no picture.
    """
    return np.asarray(_on_paper(path).convert("L"))


def prepared(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The picture in a file as a network of the zoo reads it, (H, W, C): a digit when C is 1, a photograph when 3."""
    if len(shape) == 3 and shape[2] == 1:
        return as_digit(load(path), (shape[0], shape[1]))[..., None]
    return fitted(path, shape)


def fitted(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The middle of the picture in a file, as large as it can be, scaled to `shape` (H, W, C), C being 1 or 3.

    Raises what `load` raises, and UsageError when no picture has that shape.
    """
    if len(shape) != 3 or shape[2] not in _MODES:
        raise UsageError(f"a picture cannot have the shape {shape}; the network must take (height, width, 1 or 3).")
    picture = _on_paper(path)
    from PIL import Image, ImageOps

    height, width, channels = shape
    fit = ImageOps.fit(picture.convert(_MODES[channels]), (width, height), Image.Resampling.LANCZOS)
    return np.asarray(fit).reshape(shape)


def reduced(gray: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """`gray` (H, W), scaled down, if it must be, so that neither side is longer than `size`."""
    from PIL import Image

    picture = Image.fromarray(gray)
    picture.thumbnail((size, size), Image.Resampling.LANCZOS)
    return np.asarray(picture)


@contextmanager
def opened(file: Path | BinaryIO) -> Iterator[Any]:
    """The picture in a file, its size known and its pixels not yet read: an image of Pillow.

    Raises UsageError without pillow, ValueError for more pixels than `MOST_PIXELS`; what else is wrong with the file
    raises anything, here or when its pixels are read.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise UsageError("reading pictures needs pillow; pip install 'edgecnn[image]'.") from error
    with warnings.catch_warnings(action="ignore"), Image.open(file, formats=FORMATS) as picture:  # we say what is wrong
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise ValueError(f"it has {width:,} x {height:,} pixels, and no more than {MOST_PIXELS:,} are taken")
        yield picture


def _on_paper(path: Path) -> Any:
    """The picture in a file, upright, as an RGB image on white paper."""
    try:
        with opened(path) as picture:
            from PIL import Image, ImageOps

            colour = ImageOps.exif_transpose(picture).convert("RGBA")
            paper = Image.new("RGBA", colour.size, "white")
            return Image.alpha_composite(paper, colour).convert("RGB")
    except UsageError:
        raise
    except Exception as error:  # each of Pillow's decoders has exceptions of its own
        raise UsageError(
            f"{path} is not a picture that can be read ({error or type(error).__name__}); give a PNG or JPEG file."
        ) from error


def as_digit(gray: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """`gray` (H, W) prepared as MNIST's digits are, in the middle of a black image of `shape`.

    Bright paper is turned to black, the digit cut out, scaled into 20x20 and put with its centre of mass at the centre.
    Raises UsageError when there is nothing on the paper, or no room for MNIST's 28x28.
    """
    from PIL import Image

    if min(shape) < _FRAME:
        raise UsageError(f"a digit needs {_FRAME}x{_FRAME} pixels, but the network takes {shape[0]}x{shape[1]}.")
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    paper = float(np.median(border))
    ink = paper - gray.astype(np.float64) if paper > 127 else gray.astype(np.float64) - paper
    ink = np.clip(ink, 0, None)
    if ink.max() < 32:
        raise UsageError("the picture is blank: no stroke stands out from its background.")
    ink[ink < 0.2 * ink.max()] = 0  # shadows and the grain of paper
    ink *= 255 / ink.max()
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = _DIGIT / max(digit.shape)
    height, width = (max(1, round(side * scale)) for side in digit.shape)
    small = np.asarray(Image.fromarray(digit.astype(np.uint8)).resize((width, height), Image.Resampling.LANCZOS))
    return _centred(small, shape)


def _centred(digit: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """A black image with the centre of mass of `digit` at its centre, as far as it fits."""
    image = np.zeros(shape, np.uint8)
    place = []
    for axis, (size, room) in enumerate(zip(digit.shape, shape, strict=True)):
        weight = digit.sum(axis=1 - axis, dtype=np.float64)
        centre = float(weight @ (np.arange(size) + 0.5) / weight.sum())
        start = min(max(round(room / 2 - centre), 0), room - size)
        place.append(slice(start, start + size))
    image[tuple(place)] = digit
    return image
