"""How kernels walk through tensors whose codes do not lie in the order of the output."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MAX_AXES = 4  # that the kernels walk

Shape = Sequence[int]


def aligned(shape: Shape, rank: int) -> tuple[int, ...]:
    """`shape` with leading axes of size 1 up to `rank`."""
    return (1,) * (rank - len(shape)) + tuple(shape)


def strides(shape: Shape) -> list[int]:
    """Codes from one position of each axis to the next."""
    return [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]


def repeated(shape: Shape, output: Shape) -> list[int]:
    """The same on the way through an output to which `shape` is broadcast: 0 along an axis of size 1."""
    sizes = aligned(shape, len(output))
    return [0 if size == 1 else stride for size, stride in zip(sizes, strides(sizes), strict=True)]


def walk(shape: Shape, *steps: Sequence[int]) -> tuple[NDArray[np.int32], list[NDArray[np.int32]]] | None:
    """`shape` and the inputs' steps along it in MAX_AXES axes: neighbours are merged where all inputs allow it.

    None when that takes more axes.
    """
    axes: list[tuple[int, list[int]]] = []  # size, steps of the inputs; from the outermost
    for size, *inner in zip(shape, *steps, strict=True):
        if size == 1:
            continue
        if axes and all(outer == step * size for outer, step in zip(axes[-1][1], inner, strict=True)):
            axes[-1] = axes[-1][0] * size, inner
        else:
            axes.append((size, inner))
    if len(axes) > MAX_AXES:
        return None
    axes = [(1, [0] * len(steps))] * (MAX_AXES - len(axes)) + axes
    sizes = np.array([size for size, _ in axes], np.int32)
    return sizes, [np.array([inner[i] for _, inner in axes], np.int32) for i in range(len(steps))]
