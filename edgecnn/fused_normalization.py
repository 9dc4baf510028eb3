"""Batch normalization as TensorFlow's one op: Keras spells it as a dozen, each of which reads and writes all maps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from .converters.keras_to_tflite import load_tensorflow


@contextmanager
def fused_normalization(model: Any) -> Iterator[None]:
    """Within it, the training of `model` normalizes maps (N, H, W, C) by the fused op.

    The result is the same but for rounding, and for the moving variance, which is that of a sample (n - 1). What is
    saved, and what inference computes, stays Keras's.
    """
    import keras

    norms = [layer for layer in model.layers if type(layer) is keras.layers.BatchNormalization and _fits(layer)]
    for layer in norms:
        layer.call = partial(_call, layer, layer.call)
    try:
        yield
    finally:
        for layer in norms:
            del layer.call


def _fits(layer: Any) -> bool:
    maps = layer.input_spec.ndim == 4 and layer.axis in (-1, 3)
    return maps and layer.scale and layer.center and layer.trainable and not getattr(layer, "renorm", False)


def _call(layer: Any, unfused: Any, x: Any, training: bool | None = None, mask: Any = None) -> Any:
    if not training or mask is not None:
        return unfused(x, training=training, mask=mask)
    tf = load_tensorflow()
    y, mean, variance = tf.compat.v1.nn.fused_batch_norm(x, layer.gamma, layer.beta, epsilon=layer.epsilon)
    for moving, of_batch in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        moving.assign(moving * layer.momentum + of_batch * (1 - layer.momentum))
    return y
