"""The float Keras model beside the int8 network: the same layers in real values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..graph import Graph
from ..tensor import Tensor


class FloatReference:
    """Real values of every layer of a .keras file that `graph` was made from; fake quantization is left out.

    Raises UsageError without tensorflow or when the shapes do not belong to `graph`; InvalidModelError for a bad file.
    """

    def __init__(self, path: Path, graph: Graph):
        from ..converters.keras_to_tflite import load_keras, load_tensorflow

        self.path = path
        keras = load_tensorflow().keras
        model = load_keras(path)

        from ..qat.rewriting import is_quantization_aware, without_fake_quantization

        self.quantization_aware = is_quantization_aware(model)
        if self.quantization_aware:
            model = without_fake_quantization(model)
        if tuple(model.inputs[0].shape[1:]) != graph.input.shape[1:]:
            raise UsageError(f"{path} takes {model.inputs[0].shape[1:]}, the int8 network {graph.input.shape[1:]}.")
        if np.prod(model.outputs[0].shape[1:]) != np.prod(graph.output.shape[1:]):
            raise UsageError(f"{path} gives {model.outputs[0].shape[1:]}, the int8 network {graph.output.shape[1:]}.")
        self.layers = _matches(model, graph)
        self._model = keras.Model(model.inputs, [layer.output for layer in self.layers.values()])

    def trace(self, images: NDArray[np.float32]) -> dict[Tensor, NDArray[np.float32]]:
        """Values (N, ...) of each tensor that the float model has too, for real inputs (N, *input shape)."""
        values = self._model.predict_on_batch(images)
        values = values if isinstance(values, list) else [values]
        return dict(zip(self.layers, values, strict=True))


def _matches(model: Any, graph: Graph) -> dict[Tensor, Any]:
    """Which Keras layer computes which tensor.

    The converter writes the names of the layers that it fused into the tensor's name. The network's output is the last
    layer's; what else bears that name comes before its activation and has no counterpart.
    """
    free = {layer.name: layer for layer in model.layers}
    matches = {graph.output: free.pop(model.layers[-1].name)}
    for tensor in reversed([op.output for op in graph.ops[:-1]]):
        parts = [
            part.rsplit("_", 1)[0] if part.rsplit("_", 1)[-1].isdigit() else part for part in tensor.name.split("/")
        ]
        name = next((part for part in (*reversed(tensor.name.split("/")), *reversed(parts)) if part in free), None)
        if name and np.prod(free[name].output.shape[1:]) == tensor.size:
            matches[tensor] = free.pop(name)
    return matches
