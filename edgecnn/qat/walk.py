"""Looking around in a Keras model: which layer comes before and after which."""

from __future__ import annotations

from typing import Any

import keras

from ..errors import UnsupportedError


class Neighbours:
    """Of each layer of a functional model: `before` and `after` are lists of layers."""

    def __init__(self, model: Any):
        self.before: dict[Any, list[Any]] = {}
        self.after: dict[Any, list[Any]] = {layer: [] for layer in model.layers}
        made = {id(layer.output): layer for layer in model.layers}  # where each is used for the first time
        for layer in model.layers:
            given = [] if isinstance(layer, keras.layers.InputLayer) else keras.tree.flatten(layer.input)
            self.before[layer] = [_maker(tensor, made) for tensor in given]
            for source in self.before[layer]:
                self.after[source].append(layer)
        _maker(model.outputs[0], made)

    def next(self, layer: Any) -> Any | None:
        """The only layer that reads the output of `layer`; None if there are several, or it is the model's output."""
        return self.after[layer][0] if len(self.after[layer]) == 1 else None


def functional(model: Any) -> Any:
    """A functional copy of any model; no layer of it was ever called elsewhere."""
    copy = keras.models.clone_model(keras.Model(model.inputs[0], model.outputs[0], name=model.name))
    copy.set_weights(model.get_weights())
    return copy


def refuse(layer: Any, reason: str) -> UnsupportedError:
    """The error that names the layer."""
    return UnsupportedError(f"layer '{layer.name}' ({type(layer).__name__}) {reason}")


def _maker(tensor: Any, made: dict[int, Any]) -> Any:
    if id(tensor) not in made:
        raise refuse(
            tensor._keras_history.operation,
            "is used several times, which quantization-aware training does not know; give each use its own layer.",
        )
    return made[id(tensor)]
