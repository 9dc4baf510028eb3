"""The input as convolutions in blocks copy it: with zeros around it, so that no window reaches over the edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...ops.kernel import Part
from ...ops.window import Axis


@dataclass(frozen=True, eq=False)
class CopyGeometry(Part):
    """How it is made, in codes: `rows` runs of `row` that begin `input_row` apart, and the zeros around them."""

    rows: int
    row: int
    input_row: int
    above: int
    between: int
    below: int


@dataclass(frozen=True)
class InputCopy:
    """Its axes are those of the window that reads it."""

    channels: int
    height: Axis
    width: Axis
    beyond: int
    """Codes behind it that a group may reach."""

    @property
    def row(self) -> int:
        """Codes of each row."""
        return _extent(self.width) * self.channels

    @property
    def window(self) -> NDArray[np.int64]:
        """Where the taps of a window are, in codes from its first."""
        rows = np.arange(self.height.taps) * self.height.dilation * self.row
        columns = np.arange(self.width.taps) * self.width.dilation * self.channels
        return (rows[:, None] + columns).ravel()

    @property
    def size(self) -> int:
        """Codes, with those beyond."""
        return _extent(self.height) * self.row + self.beyond

    @property
    def geometry(self) -> CopyGeometry:
        """What kernels are told of it."""
        rows, columns = _reached(self.height), _reached(self.width)
        row = self.width.input * self.channels
        whole = (columns, _extent(self.width)) == (self.width.input, self.width.input)  # nothing between: one run
        below = (_extent(self.height) - self.height.pad - rows) * self.row
        after = (_extent(self.width) - self.width.pad - columns) * self.channels
        return CopyGeometry(
            rows=1 if whole else rows,
            row=rows * row if whole else columns * self.channels,
            input_row=row,
            above=self.height.pad * self.row + self.width.pad * self.channels,
            between=after + self.width.pad * self.channels,
            below=after + below + self.beyond,
        )


def _extent(axis: Axis) -> int:
    """Positions from the first tap of the first window to the last of the last."""
    return (axis.output - 1) * axis.stride + (axis.taps - 1) * axis.dilation + 1


def _reached(axis: Axis) -> int:
    """Positions of the input that lie under windows, or between them."""
    return min(axis.input, _extent(axis) - axis.pad)
