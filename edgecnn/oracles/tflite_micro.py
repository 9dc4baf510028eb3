"""TensorFlow Lite Micro's own interpreter on the host: the second of the two interpreters that decide."""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

_ARENA_BYTES = 256 << 20  # all layers live at once here; memory that is never touched costs nothing


def load(model: bytes) -> Callable[[list[NDArray[Any]]], list[NDArray[Any]]]:
    """Return a function from the inputs (with their batch dimension) to the model's outputs in order."""
    from tflite.Model import Model
    from tflite_micro.python.tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(model, arena_size=_ARENA_BYTES)
    outputs = range(Model.GetRootAs(model).Subgraphs(0).OutputsLength())

    def run(x: list[NDArray[Any]]) -> list[NDArray[Any]]:
        for position, array in enumerate(x):
            interpreter.set_input(array, position)
        interpreter.invoke()
        return [interpreter.get_output(i) for i in outputs]

    return run
