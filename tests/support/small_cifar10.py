"""CIFAR-10 in each of its forms, made small."""

import io
import pickle
import struct
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edgecnn import datasets
from edgecnn.datasets import cifar10

TRAIN, TEST = 25, 20


def batches(splits: dict[str, datasets.Split]) -> dict[str, datasets.Split]:
    named = {f"data_batch_{i + 1}": splits["train"][5 * i : 5 * i + 5] for i in range(5)}
    return {**named, "test_batch": splits["test"]}


def planes(split: datasets.Split) -> NDArray[Any]:
    return split.images.transpose(0, 3, 1, 2).reshape(len(split), -1)


def binary(splits: dict[str, datasets.Split]) -> dict[str, bytes]:
    return {
        f"cifar-10-batches-bin/{name}.bin": np.column_stack([part.labels.astype(np.uint8), planes(part)]).tobytes()
        for name, part in batches(splits).items()
    } | {"cifar-10-batches-bin/readme.html": b"<html>"}


class Python2(pickle._Pickler):
    """Writes bytes as the strings of Python 2, as the official pickles have them."""

    dispatch = dict(pickle._Pickler.dispatch)  # noqa: RUF012
    write: Callable[[bytes], object]

    def save_bytes(self, value: bytes) -> None:
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)

    dispatch[bytes] = save_bytes  # type: ignore[assignment]  # typeshed has it as the Unpickler's


def pickled(value: object) -> bytes:
    file = io.BytesIO()
    Python2(file, 2).dump(value)
    return file.getvalue()


def python(splits: dict[str, datasets.Split]) -> dict[str, bytes]:
    return {
        f"cifar-10-batches-py/{name}": pickled({b"data": planes(part), b"labels": part.labels.tolist()})
        for name, part in batches(splits).items()
    }


def jpeg(splits: dict[str, datasets.Split]) -> dict[str, bytes]:
    files = {}
    for part, split in splits.items():
        for index, (image, label) in enumerate(zip(split.images, split.labels, strict=True)):
            packed = io.BytesIO()
            Image.fromarray(image).save(packed, "PNG")  # lossless here, so that pixels can be compared
            files[f"{part}/{cifar10.CLASSES[label]}/{index:04}.jpg"] = packed.getvalue()
    return files


FORMS = dict(zip(("binary", "python", "jpeg"), zip(cifar10.FORMS, (binary, python, jpeg), strict=True), strict=True))


def write(folder: Path, form: str, splits: dict[str, datasets.Split], packed: bool) -> Path:
    """The data set in `folder`; the loader knows the archive's MD5."""
    known, make = FORMS[form]
    folder.mkdir(parents=True)
    if not packed:
        for name, content in make(splits).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder
    pack(folder / known.archive, make(splits))
    return folder


_PACKED: dict[str, Literal["w:gz", "w:xz"]] = {".gz": "w:gz", ".xz": "w:xz"}


def pack(path: Path, contents: Mapping[str, bytes]) -> None:
    """Write an archive of the form that its name says."""
    with tarfile.open(path, _PACKED[path.suffix]) as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
