"""The same network without batch normalization: its factors go into the kernel before it, its offsets into the bias."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from .walk import Neighbours, functional, refuse

WEIGHTED = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.Dense)
FUSED = ("linear", "relu", "relu6")  # activations that TFLite computes in the layer before


def folded(model: Any) -> Any:
    """A functional copy of `model` (of its weights, too) that computes the same in inference.

    Every weighted layer has a bias; an activation that TFLite has as an op of its own is a layer of its own. Raises
    UnsupportedError for a normalization that cannot be folded.
    """
    model = functional(model)
    neighbours = Neighbours(model)
    norms = {}
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            norms[_foldable(layer, neighbours)] = layer

    def clone(layer: Any) -> Any:
        config = layer.get_config()
        if type(layer) in WEIGHTED:
            activation = config["activation"] if config["activation"] in FUSED else "linear"
            config |= {"use_bias": True, "activation": activation}
        return type(layer).from_config(config)

    def call(layer: Any, *inputs: Any, **options: Any) -> Any:
        if isinstance(layer, keras.layers.BatchNormalization):
            return inputs[0]
        output = layer(*inputs, **options)
        if type(layer) in WEIGHTED and (activation := _activation(model.get_layer(layer.name))) not in FUSED:
            output = keras.layers.Activation(activation, name=f"{layer.name}_{activation}")(output)
        return output

    copy = keras.models.clone_model(model, clone_function=clone, call_function=call)
    for layer in copy.layers:
        if type(layer) in WEIGHTED:
            original = model.get_layer(layer.name)
            layer.set_weights(_weights(original, norms.get(original)))
    return copy


def _activation(layer: Any) -> str:
    name: str = keras.activations.serialize(layer.activation)
    return name


def _foldable(norm: Any, neighbours: Neighbours) -> Any:
    (before,) = neighbours.before[norm]
    if type(before) not in WEIGHTED or _activation(before) != "linear" or neighbours.after[before] != [norm]:
        raise refuse(
            norm, "does not directly follow the convolution or dense layer that it could be folded into; move it there."
        )
    if norm.axis not in (-1, len(before.output.shape) - 1):
        raise refuse(norm, "does not normalize the last axis; use axis=-1.")
    return before


def _weights(layer: Any, norm: Any | None) -> list[NDArray[np.float32]]:
    """Kernel and bias, with the normalization in them, computed in float64."""
    kernel = layer.kernel.numpy().astype(np.float64)
    bias = layer.bias.numpy().astype(np.float64) if layer.use_bias else np.zeros(layer.output.shape[-1])
    if norm is not None:
        factor = (norm.gamma.numpy() if norm.scale else 1) / np.sqrt(norm.moving_variance.numpy() + norm.epsilon)
        bias = (bias - norm.moving_mean.numpy()) * factor + (norm.beta.numpy() if norm.center else 0)
        channels = kernel.shape[-2:] if type(layer) is keras.layers.DepthwiseConv2D else kernel.shape[-1:]
        kernel = kernel * factor.reshape(channels)
    return [kernel.astype(np.float32), bias.astype(np.float32)]
