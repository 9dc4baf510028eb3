"""tflite_runtime 2.14 with the reference kernels: the first of the two interpreters that decide."""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray


def load(model: bytes) -> Callable[[list[NDArray[Any]]], list[NDArray[Any]]]:
    """Return a function from the inputs (with their batch dimension) to the model's outputs in order."""
    from tflite_runtime.interpreter import Interpreter, OpResolverType

    return session(Interpreter(model_content=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF))


def session(interpreter: Any) -> Callable[[list[NDArray[Any]]], list[NDArray[Any]]]:
    """The same for an interpreter that has tf.lite.Interpreter's methods."""
    interpreter.allocate_tensors()
    sources = [details["index"] for details in interpreter.get_input_details()]
    targets = [details["index"] for details in interpreter.get_output_details()]

    def run(x: list[NDArray[Any]]) -> list[NDArray[Any]]:
        for source, array in zip(sources, x, strict=True):
            interpreter.set_tensor(source, array)
        interpreter.invoke()
        return [interpreter.get_tensor(target) for target in targets]

    return run
