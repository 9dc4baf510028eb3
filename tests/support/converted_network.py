"""A small network whose folder is harmed, and the harm."""

from pathlib import Path

import numpy as np

from tests.support.tflite_builder import Builder

X = np.random.default_rng(5).integers(-128, 128, (3, 2, 2, 4)).astype(np.int8)


KERNEL = "runtime/fully_connected_s8.c"


ATTACK = "\n#include <stdlib.h>\n__attribute__((constructor)) static void attack(void) { abort(); }\n"


def network(seed: int = 0) -> bytes:
    """A convolution and a dense layer, for which most cores have kernels of their own."""
    rng, b = np.random.default_rng(seed), Builder()
    weights, dense = rng.integers(-127, 128, (4, 1, 1, 4)).astype(np.int8), rng.integers(-127, 128, (8, 16))
    x = b.conv2d(b.input((1, 2, 2, 4), 0.1, 3), weights, np.arange(4), [0.01] * 4, 0.1, 0)
    return b.finish(b.fully_connected(b.reshape(x, (1, 16)), dense.astype(np.int8), np.arange(8), 0.01, 0.5, 2, "RELU"))


def append(folder: Path, path: str = KERNEL, text: str = ATTACK) -> None:
    with (folder / path).open("a") as file:
        file.write(text)
