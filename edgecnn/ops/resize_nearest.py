"""RESIZE_NEAREST_NEIGHBOR: each output pixel is the input pixel nearest to its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..fixed_point import Arithmetic, Array, round_half_away
from .kernel import KernelCall, Record
from .op import Node, Op


@dataclass(frozen=True, eq=False)
class ResizeParams(Record):
    """Sizes, and which row and column of the input each of the output's is."""

    input_width: int
    output_height: int
    output_width: int
    channels: int
    rows: Array
    columns: Array


@dataclass(frozen=True, eq=False)
class ResizeNearest(Op):
    """`rows` and `columns` are the input's for each of the output's: int32 (height,) and (width,)."""

    rows: Array
    columns: Array
    kind = "resize_nearest"

    @classmethod
    def read(cls, node: Node) -> Self:
        tensor, output = node.tensor(0), node.output
        if len(tensor.shape) != 4 or tensor.shape[0] != 1:
            node.refuse(f"has an input of shape {list(tensor.shape)}; only [1, height, width, channels] is supported.")
        expected = (1, *node.constant(1, "INT32").ravel().tolist(), tensor.shape[3])
        if output.shape != expected:
            node.invalid(f"has an output of shape {list(output.shape)}, but makes {list(expected)}.")
        if (tensor.scale, tensor.zero_point) != (output.scale, output.zero_point):
            node.refuse("has different scales at input and output; a resize cannot rescale.")
        corners, centers = node.option("AlignCorners"), node.option("HalfPixelCenters")
        rows, columns = (nearest(tensor.shape[axis], output.shape[axis], corners, centers) for axis in (1, 2))
        return cls((tensor,), output, rows, columns)

    def evaluate(self, arithmetic: Arithmetic, *inputs: Array) -> Array:
        return inputs[0][:, :, self.rows][:, :, :, self.columns]

    def kernel_call(self) -> KernelCall:
        _, height, width, channels = self.output.shape
        params = ResizeParams(self.inputs[0].shape[2], height, width, channels, self.rows, self.columns)
        return KernelCall("resize_nearest_s8", params)


def nearest(size: int, output: int, align_corners: bool, half_pixel_centers: bool) -> Array:
    """For each of `output` positions the nearest of `size`, in TFLite's float32 arithmetic: int32 (output,)."""
    aligned = align_corners and output > 1
    scale = np.float32(size - 1) / np.float32(output - 1) if aligned else np.float32(size) / np.float32(output)
    places = (np.arange(output).astype(np.float32) + np.float32(0.5 if half_pixel_centers else 0)) * scale
    positions = round_half_away(places) if align_corners else np.floor(places)
    return np.clip(positions, 0, size - 1).astype(np.int32)
