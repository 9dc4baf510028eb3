"""Pictures that are quickly made and learned, and who decides what becomes of them."""

import numpy as np
from numpy.typing import NDArray

from edgecnn import datasets

EXACT_ORACLES = ("tflite_runtime", "tflite_micro")


def noise(count: int, shape: tuple[int, ...], seed: int = 0) -> NDArray[np.uint8]:
    return np.random.RandomState(seed).randint(0, 256, (count, *shape)).astype(np.uint8)


def small(shape: tuple[int, ...], count: int = 96) -> datasets.Dataset:
    """Four classes, told apart by where it is bright."""
    labels = np.arange(count) % 4
    images = (noise(count, shape) // 4).astype(np.uint8)
    half = shape[0] // 2
    for image, label in zip(images, labels, strict=True):
        top, left = label // 2 * half, label % 2 * half
        image[top : top + half, left : left + half] += 150
    split = datasets.Split(images, labels)
    return datasets.Dataset("small", split[:64], split[64:80], split[80:], ("a", "b", "c", "d"))
