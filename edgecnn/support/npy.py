"""Files of NumPy's, .npy and .npz, of numbers: read only when their headers and their lengths agree."""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..printable import printable

_HEADERS: dict[tuple[int, int], Callable[[Any], Any]] = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_version: Callable[[Any], tuple[int, int]] = np.lib.format.read_magic
_NUMBERS = "biufc"  # NumPy's kinds
_TEXTS = "U"
MOST_BYTES = 1 << 32  # of the arrays of an .npz file, unpacked
_MOST_ARRAYS = 1000


def read_npy(path: Path) -> NDArray[Any]:
    """The array in the file `path`; raises UsageError, before any memory is taken, when it cannot be in there."""
    try:
        with path.open("rb") as file:
            _checked(f"{path}", file, os.fstat(file.fileno()).st_size)
        array: NDArray[Any] = np.load(path, allow_pickle=False)
        return array
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; check the path.") from error


def read_npz(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of numbers or texts in the file `path`, by name.

    Raises UsageError, before any memory is taken for what cannot be in there, or is larger than `MOST_BYTES` in all.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _bounded(path, members)
            return {_name(path, member): _member(path, archive, member) for member in members}
    except UsageError:
        raise
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}; check the path.") from error
    except Exception as error:  # what is damaged fails anywhere: in zipfile, in zlib, in the checksum
        raise UsageError(
            f"{path} is not a whole .npz file ({printable(str(error)) or type(error).__name__}); save it again with "
            "numpy.savez."
        ) from error


def _bounded(path: Path, members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    if len(names) > _MOST_ARRAYS or len(set(names)) < len(names):
        raise UsageError(
            f"{path} has {len(names):,} arrays, {len(set(names)):,} of different names; save each once, and no more "
            f"than {_MOST_ARRAYS:,}."
        )
    total = sum(member.file_size for member in members)
    if total > MOST_BYTES:
        raise UsageError(
            f"{path} unpacks to {total:,} bytes, and no more than {MOST_BYTES:,} are taken; save fewer rows."
        )


def _name(path: Path, member: zipfile.ZipInfo) -> str:
    name = member.filename.removesuffix(".npy")
    if name == member.filename or not name or not name.isprintable():
        raise UsageError(f"{path} holds '{printable(member.filename)}', no named array; save it with numpy.savez.")
    return name


def _member(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    where = f"{path} ({member.filename})"
    with archive.open(member) as file:
        shape, order, dtype = _checked(where, file, member.file_size, _NUMBERS + _TEXTS)
        array = np.frombuffer(bytearray(file.read()), dtype)  # to its end, where its checksum is compared
    return array.reshape(shape, order="F" if order else "C")


def _checked(where: str, file: Any, size: int, kinds: str = _NUMBERS) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether columns come first, and type of the array in a file of `size` bytes."""
    shape, order, dtype = _header(where, file, kinds)
    there, needed = size - file.tell(), math.prod(shape) * dtype.itemsize
    if there != needed:
        raise UsageError(
            f"{where} is damaged: an array of shape {shape} in {dtype} has {needed:,} bytes, and {there:,} "
            "follow its header; save it again with numpy.save."
        )
    return shape, order, dtype


def _header(where: str, file: Any, kinds: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    try:
        shape, order, dtype = _HEADERS[_version(file)](file)
    except OSError:
        raise
    except Exception as error:  # what is no header fails anywhere in its parser
        raise UsageError(f"{where} is not a .npy file of one array; save one with numpy.save.") from error
    if dtype.kind not in kinds or dtype.subdtype:
        raise UsageError(f"{where} holds {dtype}, no numbers; save an array of floats or of uint8 with numpy.save.")
    if min(shape, default=0) < 0:
        raise UsageError(f"{where} is damaged: its header has the shape {shape}; save it again with numpy.save.")
    return shape, order, dtype
