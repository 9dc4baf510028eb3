"""Inputs whose activations give a network its ranges: pixels, or real numbers as the network reads them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from edgecnn.errors import UsageError
from edgecnn.support.rows import finite_rows


def real(representative: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Inputs (N, ...) as every network reads them: pixels (uint8) as pixel / 255, floats as they are.

    Raises UsageError for other types, and names the row of a value that is no finite float32.
    """
    data = np.asarray(representative)
    if data.dtype == np.uint8:
        return data.astype(np.float32) / np.float32(255)
    if data.dtype.kind != "f":
        raise UsageError(
            f"the representative inputs are {data.dtype}; give pixels as uint8, or floats as the model reads them."
        )
    values, rows = finite_rows(data)
    if not rows.all():
        raise UsageError(
            f"row {int(rows.argmin())} of the representative inputs holds a value that is no finite float32; take "
            f"{'it' if np.count_nonzero(~rows) == 1 else f'such rows ({np.count_nonzero(~rows)})'} out."
        )
    return values
