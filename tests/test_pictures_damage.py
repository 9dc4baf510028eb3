"""Pictures from anywhere: formats of pictures alone, a bounded number of pixels, a sentence for what is damaged."""

import io
import struct
import subprocess
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgecnn.errors import UsageError
from edgecnn.pictures import images

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (24, 24, 3)).astype(np.uint8))


def saved(kind: str) -> bytes:
    file = io.BytesIO()
    PICTURE.save(file, kind)
    return file.getvalue()


def png(width: int, height: int) -> bytes:
    """The beginning of a PNG of that size: what it would unpack to is not needed to refuse it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def refused(path: Path, says: str = "") -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # Pillow's own limit warns
        with pytest.raises(UsageError, match=rf"is not a picture that can be read \(.*{says}.*\); give a PNG or JPEG"):
            images.load(path)


@pytest.mark.parametrize("kind", images.FORMATS)
def test_formats_of_pictures_are_read(kind: str, tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(saved(kind))
    assert images.load(tmp_path / "picture").shape == (24, 24)


@pytest.mark.parametrize("kind", ["DDS", "EPS", "ICO", "PCX", "PDF", "SGI", "TGA"])
def test_no_other_format_is_and_no_program_is_started(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pillow would give an EPS file to Ghostscript; a DDS file may raise what no other does."""

    def started(*command: object, **options: object) -> None:
        raise AssertionError(f"{command} is started")

    monkeypatch.setattr(subprocess, "Popen", started)
    (tmp_path / "picture.png").write_bytes(saved(kind))
    refused(tmp_path / "picture.png")


@pytest.mark.parametrize(("width", "height"), [(8192, 8193), (13_350, 13_350), (1, 2**31 - 1), (60_000, 60_000)])
def test_a_picture_of_too_many_pixels(width: int, height: int, tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(png(width, height))
    refused(tmp_path / "bomb.png", "pixels")


@pytest.mark.parametrize("kind", images.FORMATS)
def test_a_damaged_picture_is_read_or_refused_in_a_sentence(kind: str, tmp_path: Path) -> None:
    rng, whole, path = np.random.default_rng(1), saved(kind), tmp_path / "picture"
    outcomes = set()
    for round in range(150):
        data = bytearray(whole[: rng.integers(0, len(whole))] if round % 5 == 0 else whole)
        for place in rng.integers(0, min(len(data), 200 if round % 2 else len(data)) or 1, rng.integers(1, 4)):
            data[place : place + 1] = bytes([rng.integers(0, 256)])
        path.write_bytes(data)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # what Pillow says on the way is nothing to a user
                outcomes.add(images.load(path).ndim)
        except UsageError as error:
            assert str(error).isprintable()
            outcomes.add(0)
    assert 0 in outcomes
