"""A .keras file as the archive that it is: what it unpacks to, and what Keras' refusals to load it mean."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from edgecnn.errors import InvalidModelError

_MOST_TEXT = 16 << 20  # bytes of a .json file; that of a network of 1,000 layers has 1 MB
_MOST = 2 << 30  # of the whole archive: no .tflite file holds more either

# What Keras says of a file that asks for more than layers -> what that is, and what to do.
_REFUSALS = {
    r"lambda": "carries Python code to execute (a Lambda layer), which edgecnn never runs; replace it by a layer of "
    "Keras and save the model again",
    r"vocabulary file": "has a layer that reads its vocabulary from another file, as StringLookup and IntegerLookup "
    "can, which edgecnn never does; take that layer out of the model and save it again",
    r"TFSMLayer": "has a layer that runs a SavedModel of another folder (TFSMLayer), which edgecnn never does; "
    "build it of layers of Keras and save the model again",
    r"Could not locate (?:class|function) '(.*?)'": "needs '{0}', whose code is not in it; build it of layers of Keras "
    "and save the model again",
}


def check_archive(path: Path) -> None:
    """Raise InvalidModelError unless `path` is an archive that unpacks to what a model may have."""
    if not path.is_file():
        raise InvalidModelError(f"there is no file {path}; name a .keras file.")
    if not zipfile.is_zipfile(path):
        raise InvalidModelError(f"{path} is not a .keras file; save the model with model.save('NAME.keras').")
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {member.filename: member.file_size for member in archive.infolist()}
    except Exception as error:  # a damaged directory raises what the damaged part happens to cause
        raise InvalidModelError(f"{path} is damaged; save it again.") from error
    texts = {name: size for name, size in sizes.items() if name.endswith(".json")}
    _bound(path, max(texts.values(), default=0), _MOST_TEXT, f"{max(texts, key=lambda name: texts[name], default='')}")
    _bound(path, sum(sizes.values()), _MOST, "everything in it")


def _bound(path: Path, size: int, most: int, what: str) -> None:
    if size > most:
        raise InvalidModelError(
            f"{path} is no model that edgecnn loads: {what} unpacks to {size:,} bytes, more than {most:,}."
        )


def text_of(path: Path, member: str) -> bytes:
    """The content of a text in the archive, empty where it has none; raises InvalidModelError."""
    check_archive(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(member) if member in archive.namelist() else b""
    except Exception as error:  # of zlib, of an unknown method, of a wrong checksum
        raise InvalidModelError(f"{path} is damaged; save it again.") from error


def refusal(path: Path, error: Exception) -> InvalidModelError:
    """What it means that Keras raised `error` when it loaded the file at `path`."""
    said = str(error)
    for pattern, meaning in _REFUSALS.items():
        if found := re.search(pattern, said, re.DOTALL):
            return InvalidModelError(f"{path} {meaning.format(*found.groups())}.")
    return InvalidModelError(f"{path} is damaged; save it again.")
