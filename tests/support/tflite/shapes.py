"""Ops that move codes and compute nothing, with the shapes of their outputs worked out."""

from collections.abc import Sequence

import numpy as np

from tests.support.tflite.raw import Raw


class Shapes(Raw):
    """What cuts, joins, pads and turns."""

    def concatenation(self, inputs: Sequence[int], axis: int) -> int:
        """Add a concatenation; its output has the parameters of the first input."""
        shape = list(self.tensors[inputs[0]].shape)
        shape[axis] = sum(self.tensors[x].shape[axis] for x in inputs)
        y = self._like(inputs[0], shape)
        return self.operator("CONCATENATION", inputs, y, "ConcatenationOptions", Axis=axis, FusedActivationFunction=0)

    def resize_nearest(self, x: int, size: tuple[int, int], align_corners: bool, half_pixel_centers: bool) -> int:
        """Add a change of height and width by nearest neighbours."""
        batch, _, _, channels = self.tensors[x].shape
        return self.operator(
            "RESIZE_NEAREST_NEIGHBOR",
            [x, self.constant(size)],
            self._like(x, (batch, *size, channels)),
            "ResizeNearestNeighborOptions",
            AlignCorners=align_corners,
            HalfPixelCenters=half_pixel_centers,
        )

    def strided_slice(self, x: int, slices: Sequence[slice | int]) -> int:
        """Add x[slices]; an integer drops its axis, a missing begin or end is written as a bit of a mask."""
        shape = np.empty(self.tensors[x].shape, np.int8)[tuple(slices)].shape
        parts = [part if isinstance(part, slice) else slice(part, part + 1) for part in slices]
        masks = {
            "BeginMask": [part.start is None for part in parts],
            "EndMask": [part.stop is None for part in parts],
            "ShrinkAxisMask": [not isinstance(part, slice) for part in slices],
        }
        limits = [[getattr(part, field) or 0 for part in parts] for field in ("start", "stop")]
        steps = [1 if part.step is None else part.step for part in parts]
        return self.operator(
            "STRIDED_SLICE",
            [x, *(self.constant(values) for values in (*limits, steps))],
            self._like(x, shape),
            "StridedSliceOptions",
            **{mask: sum(bit << axis for axis, bit in enumerate(bits)) for mask, bits in masks.items()},
        )

    def transpose(self, x: int, order: Sequence[int]) -> int:
        """Add x with its axes in that order."""
        shape = [self.tensors[x].shape[axis] for axis in order]
        return self.operator("TRANSPOSE", [x, self.constant(order)], self._like(x, shape), "TransposeOptions")

    def split(self, x: int, parts: int, axis: int) -> list[int]:
        """Add a split into equal parts."""
        shape = list(self.tensors[x].shape)
        shape[axis] //= parts
        outputs = [self._like(x, shape) for _ in range(parts)]
        self.operator("SPLIT", [self.constant(axis), x], outputs[0], "SplitOptions", NumSplits=parts)
        self.operators[-1].outputs = tuple(outputs)
        return outputs

    def reshape(self, x: int, shape: Sequence[int]) -> int:
        """Add a reshape to a constant shape, which may contain one -1."""
        known = np.empty(self.tensors[x].shape).reshape(shape).shape
        return self.operator("RESHAPE", [x, self.constant(shape)], self._like(x, known), "ReshapeOptions")

    def residue_flatten(self, x: int) -> int:
        """Add what Keras leaves of Flatten when the batch size is open: a reshape to a shape computed from x's own."""
        shape = self.operator("SHAPE", [x], self._int32(len(self.tensors[x].shape)), "ShapeOptions", OutType=2)
        ends = [self.constant([value]) for value in (0, 1, 1)]
        batch = self.operator("STRIDED_SLICE", [shape, *ends], self._int32(), "StridedSliceOptions", ShrinkAxisMask=1)
        rest = self.constant(-1)
        packed = self.operator("PACK", [batch, rest], self._int32(2), "PackOptions", ValuesCount=2)
        flat = self._like(x, (1, int(np.prod(self.tensors[x].shape))))
        return self.operator("RESHAPE", [x, packed], flat, "ReshapeOptions")

    def pad(self, x: int, paddings: Sequence[tuple[int, int]]) -> int:
        """Add a zero padding: (before, after) for every dimension."""
        shape = [size + sum(pair) for size, pair in zip(self.tensors[x].shape, paddings, strict=True)]
        return self.operator("PAD", [x, self.constant(paddings)], self._like(x, shape), "PadOptions")

    def pad_v2(self, x: int, paddings: Sequence[tuple[int, int]], code: int) -> int:
        """Add a padding with a code."""
        y = self.pad(x, paddings)
        op = self.operators.pop()
        scales, zero_points, _ = self.tensors[x].quantization or ([], [], 0)
        value = self.tensor((1,), scales[0], zero_points[0], data=np.array([code]))
        return self.operator("PADV2", [*op.inputs, value], y, "PadV2Options")

    def squeeze(self, x: int) -> int:
        """Add a removal of all axes of size 1 but the batch."""
        shape = self.tensors[x].shape
        axes = [axis for axis, size in enumerate(shape) if size == 1 and axis > 0]
        y = self._like(x, [size for axis, size in enumerate(shape) if axis not in axes])
        return self.operator("SQUEEZE", [x], y, "SqueezeOptions", SqueezeDims=axes)

    def expand_dims(self, x: int, axis: int) -> int:
        """Add an axis of size 1."""
        shape = list(self.tensors[x].shape)
        shape.insert(axis, 1)
        return self.operator("EXPAND_DIMS", [x, self.constant(axis)], self._like(x, shape), "ExpandDimsOptions")
