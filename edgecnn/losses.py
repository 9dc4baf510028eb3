"""What training makes small."""

from __future__ import annotations

from typing import Any

from .converters.keras_to_tflite import load_tensorflow


def cross_entropy(target: Any, probability: Any) -> Any:
    """-log of the probability of the true class, per example; `target` is one-hot, both (N, classes)."""
    tf = load_tensorflow()
    return -tf.math.log(tf.maximum(tf.reduce_sum(target * probability, -1), 1e-7))


def squared_error(target: Any, probability: Any) -> Any:
    """The article's total error, the sum over the classes of (target - probability)^2 / 2, per example."""
    tf = load_tensorflow()
    return tf.reduce_sum(tf.square(target - probability), -1) / 2


def scaled_tanh_error(target: Any, output: Any) -> Any:
    """The sum of (target - 1.7159 output)^2 / 2 per example, for nodes that end in tanh: the targets are -1 and 1."""
    tf = load_tensorflow()
    return tf.reduce_sum(tf.square(2 * target - 1 - 1.7159 * output), -1) / 2


LOSSES = {
    "cross_entropy": cross_entropy,
    "squared_error": squared_error,
    "scaled_tanh_error": scaled_tanh_error,
}
