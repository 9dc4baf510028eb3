"""The names of the classes within a .tflite file: a text with one a line, in a ZIP archive that follows the model.

That is how TFLite's own metadata carry a file of labels; interpreters do not see what comes after the model.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path

from edgecnn.errors import UsageError
from edgecnn.printable import printable

LABELS = "labels.txt"
MOST_NAMES = 100_000
_MOST_BYTES = 1 << 22  # of the text


def with_classes(file: bytes, classes: Sequence[str]) -> bytes:
    """The file with these names; as it is where they say no more than their numbers do. The same bytes each time."""
    if not worth_naming(classes):
        return file
    result = io.BytesIO(file)
    with zipfile.ZipFile(result, "a") as archive:
        archive.writestr(zipfile.ZipInfo(LABELS), "".join(f"{name}\n" for name in classes))
    return result.getvalue()


def worth_naming(classes: Sequence[str]) -> bool:
    """Whether the names are more than numbers from 0."""
    return list(classes) != [str(number) for number in range(len(classes))]


def classes_in(file: bytes, sizes: Collection[int]) -> tuple[str, ...]:
    """The names in a file, of which there are as many as one of `sizes`; none where it has none that can be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            texts = [member for member in archive.infolist() if member.filename.endswith(".txt")]
            for member in sorted(texts, key=lambda member: member.filename != LABELS):
                names = _names(archive, member)
                if len(names) in sizes:
                    return names
    except Exception:  # what is damaged fails anywhere; the network is whole without it
        return ()
    return ()


def read_classes(path: Path) -> tuple[str, ...]:
    """The names in a text file, one a line; raises UsageError."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
        names = _lines(text)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; give a file, or names with commas between.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no text in UTF-8; give a file with the name of a class a line.") from error
    if len(text) > _MOST_BYTES or len(names) > MOST_NAMES:
        raise UsageError(f"{path} has more than {MOST_NAMES:,} names; give a file with the name of a class a line.")
    return names


def _names(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[str, ...]:
    if member.file_size > _MOST_BYTES:
        return ()
    return _lines(archive.read(member))


def _lines(text: bytes) -> tuple[str, ...]:
    return tuple(printable(line.strip()) for line in text.decode().splitlines()[: MOST_NAMES + 1])
