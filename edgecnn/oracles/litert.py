"""LiteRT, the successor of tflite_runtime: it rounds differently since 2025, so it is shown and never decides."""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from .tflite_runtime import session


def load(model: bytes) -> Callable[[list[NDArray[Any]]], list[NDArray[Any]]]:
    """Return a function from the inputs (with their batch dimension) to the model's outputs in order."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    return session(Interpreter(model_content=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF))
