"""What a Keras model holds and computes, before it is quantized: finite numbers, and channels that carry something."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from edgecnn.errors import InvalidModelError
from edgecnn.printable import printable

_WEAK_CODES = 8  # a channel that uses fewer of its tensor's 256 codes has under 3 bits left
_BATCH = 100  # inputs at once


def refuse_weights_that_are_not_finite(model: Any) -> None:
    """Raise InvalidModelError that names the layer and the weight."""
    for weight in model.weights:
        if not np.isfinite(weight.numpy()).all():
            layer, _, name = weight.path.rpartition("/")
            raise InvalidModelError(
                f"layer '{layer}' of the model '{model.name}' has a {name} with values that are not finite numbers; "
                "train it again, at a lower learning rate."
            )


def channel_warnings(model: Any, data: npt.NDArray[np.float32]) -> list[str]:
    """Channels of convolutions, dense layers and activations that carry little or nothing over `data` (N, H, W, C).

    Raises InvalidModelError that names the layer when one computes what is no finite number.
    """
    import keras

    kinds = (
        keras.layers.Conv2D,
        keras.layers.DepthwiseConv2D,
        keras.layers.Dense,
        keras.layers.ReLU,
        keras.layers.Activation,
    )
    layers = [layer for layer in model.layers if _has_one_output(layer)]
    if not layers:
        return []
    probe = keras.Model(model.inputs[0], [layer.output for layer in layers])
    low, high = _channel_ranges(probe, data)
    for layer, a, b in zip(layers, low, high, strict=True):
        if not (np.isfinite(a) & np.isfinite(b)).all():
            raise InvalidModelError(
                f"layer '{layer.name}' of the model '{model.name}' computes values that are not finite numbers for the "
                "representative inputs; its weights, or those inputs, are far too large."
            )
    return [
        sentence
        for layer, a, b in zip(layers, low, high, strict=True)
        if isinstance(layer, kinds)
        for sentence in _channel_sentences(printable(layer.name), a, b)
    ]


def _has_one_output(layer: Any) -> bool:
    """Whether `layer` computes one tensor of the model: one that is used several times has no `output`."""
    import keras

    output = getattr(layer, "output", None)
    inner = isinstance(layer, keras.Model | keras.layers.InputLayer)
    return isinstance(output, keras.KerasTensor) and output.dtype.startswith("float") and not inner


def _channel_ranges(probe: Any, data: npt.NDArray[np.float32]) -> tuple[list[Any], list[Any]]:
    """The least and the greatest value of each channel, per output of `probe`."""
    import keras

    low: list[Any] = []
    high: list[Any] = []
    for start in range(0, len(data), _BATCH):
        outputs = keras.tree.flatten(probe(data[start : start + _BATCH], training=False))
        flat = [np.asarray(output).reshape(-1, output.shape[-1]) for output in outputs]
        low = [np.minimum(a, f.min(0)) for a, f in zip(low, flat, strict=True)] if low else [f.min(0) for f in flat]
        high = [np.maximum(a, f.max(0)) for a, f in zip(high, flat, strict=True)] if high else [f.max(0) for f in flat]
    return low, high


def _channel_sentences(layer: str, low: npt.NDArray[Any], high: npt.NDArray[Any]) -> list[str]:
    """At most one sentence per way in which channels of a layer are of little use."""
    step = (max(high.max(), 0) - min(low.min(), 0)) / 255  # the scale that the whole tensor will have
    constant = high == low
    counts = {
        "are 0 for every representative image (dead)": constant & (high == 0),
        "never change over the representative images (saturated)": constant & (high != 0),
        f"use fewer than {_WEAK_CODES} of the 256 codes, because others have a far greater range": ~constant
        & (high - low < (_WEAK_CODES - 1) * step),
    }
    return [
        f"layer {layer}: {np.count_nonzero(mask)} of {len(mask)} channels {what}."
        for what, mask in counts.items()
        if mask.any()
    ]
