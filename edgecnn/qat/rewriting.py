"""Where fake quantization goes: on every tensor that TFLite will have, with one range where it wants equal ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from ..converters.keras_layers import FakeQuantization, Rounded, rounded
from .folding import WEIGHTED, folded
from .walk import Neighbours, refuse

_L = keras.layers
_FUSING = (*WEIGHTED, _L.Add)  # computed together with the ReLU that follows
_SHARING = (_L.MaxPooling2D, _L.AveragePooling2D, _L.Flatten, _L.Reshape, _L.Dropout, _L.ZeroPadding2D, _L.Concatenate)
_COMPUTING = (*_FUSING, _L.AveragePooling2D, _L.GlobalAveragePooling2D, _L.ReLU, _L.Activation, _L.Softmax)
_KNOWN = {_L.InputLayer, *_SHARING, *_COMPUTING}

_PIXELS = (0.0, 1.0)
_PROBABILITY = (0.0, 255 / 256)
_RECTIFIED = {"relu": None, "relu6": 6.0}  # activation -> max_value
_FIXED = {"softmax": _PROBABILITY, "sigmoid": _PROBABILITY, "tanh": (-1.0, 127 / 128)}  # as TFLite fixes them


def in_training(model: Any) -> Any:
    """What to train instead of the float `model`: it is folded, and rounds weights and activations as int8 will.

    Raises UnsupportedError, naming the layer, for one that is not known here.
    """
    return _rewritten(folded(model), lambda layer: Rounded(layer, name=layer.name))


def after_training(model: Any, trained: Any) -> Any:
    """What to save: layers of Keras and FakeQuantization, with the weights that `in_training(model)` has by now.

    The kernels are rounded for good: codes of int8, times the scale of their channel.
    """
    plain = _rewritten(folded(model), lambda layer: layer)
    plain.set_weights(trained.get_weights())
    for layer in plain.layers:
        if type(layer) in WEIGHTED:
            layer.kernel.assign(rounded(layer))
    return plain


def is_quantization_aware(model: Any) -> bool:
    """Whether `model` was made by `after_training`."""
    return any(isinstance(layer, FakeQuantization) for layer in model.layers)


def without_fake_quantization(model: Any) -> Any:
    """A copy in real values; the kernels are what they are."""

    def call(layer: Any, *inputs: Any, **options: Any) -> Any:
        return inputs[0] if isinstance(layer, FakeQuantization) else layer(*inputs, **options)

    copy = keras.models.clone_model(model, call_function=call)
    for layer in copy.layers:
        layer.set_weights(model.get_layer(layer.name).get_weights())
    return copy


def keep_zeros(model: Any) -> None:
    """Let the optimizer leave at 0 what is exactly 0 in a kernel of `in_training`'s: a sparse network stays sparse."""
    for wrapper in model.layers:
        if isinstance(wrapper, Rounded):
            kernel = wrapper.layer.kernel
            mask = (kernel.numpy() != 0).astype(np.float32)
            kernel.constraint = lambda values, mask=mask: values * mask


def _rewritten(model: Any, weighted: Callable[[Any], Any]) -> Any:
    """A copy of `model`, with `weighted` of the layers that have a kernel, and FakeQuantization where it belongs."""
    neighbours = Neighbours(model)
    for layer in model.layers:
        if type(layer) not in _KNOWN or (isinstance(layer, _L.ReLU | _L.Activation) and not _activation(layer)):
            raise refuse(
                layer,
                "is not known to quantization-aware training; replace it by "
                f"{', '.join(sorted(kind.__name__ for kind in _KNOWN - {_L.InputLayer}))} with ReLU, softmax, tanh or "
                "sigmoid, or train without --qat.",
            )
    ranges = _ranges(model, neighbours)
    tensors: dict[Any, Any] = {}
    for layer in model.layers:
        if isinstance(layer, _L.InputLayer):
            x = keras.Input(layer.batch_shape[1:], name=layer.name)
            inputs = x
        else:
            sources = [tensors[source] for source in neighbours.before[layer]]
            copy = type(layer).from_config(layer.get_config())
            called = weighted(copy) if type(layer) in WEIGHTED else copy
            x = called(sources if isinstance(layer.input, list) else sources[0])
            copy.set_weights(layer.get_weights())
        if layer in ranges:
            quantization, member = ranges[layer]
            x = quantization(x, member=member)
        tensors[layer] = x
    return keras.Model(inputs, x, name=model.name)


def _ranges(model: Any, neighbours: Neighbours) -> dict[Any, tuple[FakeQuantization, int]]:
    """layer -> the fake quantization of its output, and which of its members that is."""
    groups: dict[Any, list[Any]] = {}  # layer -> the layers whose outputs have equal parameters, itself included
    for layer in model.layers:
        group = [layer]
        if isinstance(layer, _SHARING):
            for source in neighbours.before[layer]:
                group += [other for other in groups[source] if other not in group]
        groups |= dict.fromkeys(group, group)
    ranges: dict[Any, tuple[FakeQuantization, int]] = {}
    for group in {id(group): group for group in groups.values()}.values():
        members = [layer for layer in model.layers if layer in group and _has_range(layer, neighbours)]
        if not members:
            continue
        fixed = {_fixed(layer) for layer in members if not isinstance(layer, _SHARING)}
        quantization = FakeQuantization(
            fixed.pop() if len(fixed) == 1 else None, len(members), name=f"{members[0].name}_range"
        )
        ranges |= {layer: (quantization, index) for index, layer in enumerate(members)}
    return ranges


def _has_range(layer: Any, neighbours: Neighbours) -> bool:
    """Whether `layer` computes values that TFLite rounds; the probabilities of the last layer are left to the loss."""
    if not isinstance(layer, (_L.InputLayer, *_COMPUTING)):
        return False
    if not neighbours.after[layer]:
        return _fixed(layer) is None
    follower = neighbours.next(layer)
    return not (isinstance(layer, _FUSING) and _linear(layer) and follower and _activation(follower) in _RECTIFIED)


def _linear(layer: Any) -> bool:
    return isinstance(layer, _L.Add) or keras.activations.serialize(layer.activation) == "linear"


def _fixed(layer: Any) -> tuple[float, float] | None:
    return _PIXELS if isinstance(layer, _L.InputLayer) else _FIXED.get(_activation(layer))


def _activation(layer: Any) -> str:
    """Which activation a layer that is nothing else is; '' for any other."""
    if isinstance(layer, _L.Softmax):
        return "softmax"
    if isinstance(layer, _L.ReLU) and not layer.negative_slope and not layer.threshold:
        return {limit: name for name, limit in _RECTIFIED.items()}.get(layer.max_value, "")
    name = keras.activations.serialize(layer.activation) if isinstance(layer, _L.Activation) else ""
    return name if name in (*_RECTIFIED, *_FIXED) else ""
