"""How tensors of different shapes meet elementwise: an axis of size 1 is repeated, missing axes lead."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

AXES = 4  # that the kernels walk

Shape = Sequence[int]


def aligned(shape: Shape, rank: int) -> tuple[int, ...]:
    """`shape` with leading axes of size 1 up to `rank`."""
    return (1,) * (rank - len(shape)) + tuple(shape)


def steps(shape: Shape, output: Shape) -> list[int]:
    """Elements from one position of each of the output's axes to the next in a tensor of `shape`; 0 where repeated."""
    sizes = aligned(shape, len(output))
    return [0 if size == 1 else math.prod(sizes[axis + 1 :]) for axis, size in enumerate(sizes)]


def walk(output: Shape, *inputs: Shape) -> tuple[NDArray[np.int32], list[NDArray[np.int32]]] | None:
    """The output's shape and each input's steps in AXES axes, neighbours merged where all inputs lie in order.

    None when that takes more axes.
    """
    axes: list[tuple[int, list[int]]] = []  # size, steps of the inputs; from the outermost
    for size, *inner in zip(output, *(steps(shape, output) for shape in inputs), strict=True):
        if size == 1:
            continue
        if axes and all(outer == step * size for outer, step in zip(axes[-1][1], inner, strict=True)):
            axes[-1] = axes[-1][0] * size, inner
        else:
            axes.append((size, inner))
    if len(axes) > AXES:
        return None
    axes = [(1, [0] * len(inputs))] * (AXES - len(axes)) + axes
    shape = np.array([size for size, _ in axes], np.int32)
    return shape, [np.array([inner[i] for _, inner in axes], np.int32) for i in range(len(inputs))]
