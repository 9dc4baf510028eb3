"""Small .tflite files, and the sentence with which one is refused."""

from collections.abc import Callable

import numpy as np
import pytest

from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import EdgecnnError
from tests.support.tflite_builder import Builder

Make = Callable[[Builder], int]


def small() -> bytes:
    b = Builder()
    x = b.conv2d(b.input((1, 4, 4, 1), 0.5, -3), np.ones((2, 3, 3, 1), np.int8), np.array([1, 2]), [1, 2], 0.25, 7)
    return b.finish(b.softmax(b.residue_flatten(x)), signature=True)


def fails(make: Make, kind: type[EdgecnnError], says: str) -> None:
    """The model that `make` builds is refused by one sentence in which `says` is found."""
    b = Builder()
    output = make(b)
    with pytest.raises(kind, match=says) as caught:
        graph_of(b.finish(output), "net.tflite")
    assert type(caught.value) is kind
    text = str(caught.value)
    assert "\n" not in text
    assert "net.tflite" in text
    assert text.endswith(".")
