"""A small writer of int8 .tflite files, for tests: no tensorflow, and every field under the test's control.

The ops are methods in tests/support/tflite and return the index of their output tensor. `tensor` and `operator` are the
raw forms behind them, for the files that no converter would write.
"""

from collections.abc import Sequence
from typing import Any

from tests.support.tflite.elementwise import Elementwise
from tests.support.tflite.shapes import Shapes
from tests.support.tflite.windows import Windows
from tests.support.tflite.writer import Writer


class Builder(Windows, Shapes, Elementwise):
    """Add an input, then ops, then `finish`."""

    def input(self, shape: Sequence[int], scale: float, zero_point: int, **knobs: Any) -> int:
        """Add the input; `shape` includes the batch dimension, 1."""
        self.inputs.append(self.tensor(shape, scale, zero_point, **knobs))
        return self.inputs[-1]

    def finish(self, *outputs: int, signature: bool = False) -> bytes:
        """Write the file with these outputs; `signature` adds a serving_default as converters do."""
        return Writer().model(self, outputs, signature)
