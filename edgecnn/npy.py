"""A .npy file of numbers, read only when its header and its length agree."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import UsageError

_HEADERS: dict[tuple[int, int], Callable[[Any], Any]] = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_version: Callable[[Any], tuple[int, int]] = np.lib.format.read_magic
_NUMBERS = "biufc"  # NumPy's kinds


def read_npy(path: Path) -> NDArray[Any]:
    """The array in the file `path`; raises UsageError, before any memory is taken, when it cannot be in there."""
    try:
        with path.open("rb") as file:
            shape, dtype = _header(path, file)
            there, needed = os.fstat(file.fileno()).st_size - file.tell(), math.prod(shape) * dtype.itemsize
            if there != needed:
                raise UsageError(
                    f"{path} is damaged: an array of shape {shape} in {dtype} has {needed:,} bytes, and {there:,} "
                    "follow its header; save it again with numpy.save."
                )
        array: NDArray[Any] = np.load(path, allow_pickle=False)
        return array
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; check the path.") from error


def _header(path: Path, file: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    try:
        shape, _, dtype = _HEADERS[_version(file)](file)
    except OSError:
        raise
    except Exception as error:  # what is no header fails anywhere in its parser
        raise UsageError(f"{path} is not a .npy file of one array; save one with numpy.save.") from error
    if dtype.kind not in _NUMBERS or dtype.subdtype:
        raise UsageError(f"{path} holds {dtype}, no numbers; save an array of floats or of uint8 with numpy.save.")
    if min(shape, default=0) < 0:
        raise UsageError(f"{path} is damaged: its header has the shape {shape}; save it again with numpy.save.")
    return shape, dtype
