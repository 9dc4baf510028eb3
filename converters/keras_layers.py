"""Fake quantization: real values, rounded to what int8 codes can say. Import it before a file with it is loaded."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

_LEAST_WIDTH = 1e-3  # of a learnt range: a tensor that is always 0 has one, too
_MOMENTUM = 0.99  # of the moving averages; a batch counts for 1 %


@keras.saving.register_keras_serializable("edgecnn")
class FakeQuantization(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Rounds what passes to the 256 codes of a range, which always holds 0; gradients pass where nothing is clipped.

    `fixed` is the range (low, high); without it, it is learnt: the moving averages of the least and the greatest value
    of a batch, begun with the first. One layer may serve several tensors that must have equal parameters in TFLite, its
    `members`: each has its averages, and the range holds them all.
    """

    def __init__(self, fixed: tuple[float, float] | None = None, members: int = 1, **options: Any):
        super().__init__(**options)
        self.fixed = tuple(fixed) if fixed else None
        self.members = members
        low, high = fixed or (0.0, 0.0)
        constant = keras.initializers.Constant
        self.low = self.add_weight(shape=(members,), initializer=constant(low), trainable=False, name="low")
        self.high = self.add_weight(shape=(members,), initializer=constant(high), trainable=False, name="high")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "fixed": self.fixed, "members": self.members}

    @property
    def range(self) -> tuple[Any, Any]:
        """(low, high), each a float32 scalar; the scale is (high - low) / 255."""
        low = tf.reduce_min(self.low.value)
        return low, tf.maximum(tf.reduce_max(self.high.value), low + _LEAST_WIDTH)

    def call(self, x: Any, member: int = 0, training: bool = False) -> Any:
        if training and not self.fixed:
            self._follow(x, member)
        return tf.quantization.fake_quant_with_min_max_vars(x, *self.range)

    def compute_output_shape(self, shape: Any, **options: Any) -> Any:
        return shape

    def _follow(self, x: Any, member: int) -> None:
        this = tf.range(self.members) == member
        seen = tf.minimum(tf.reduce_min(x), 0), tf.maximum(tf.reduce_max(x), 0)
        first = self.low.value == self.high.value
        for average, value in zip((self.low, self.high), seen, strict=True):
            moved = tf.where(first, value, average.value + (1 - _MOMENTUM) * (value - average.value))
            average.assign(tf.where(this, moved, average.value))


class Rounded(keras.layers.Wrapper):  # type: ignore[misc]
    """A layer that computes with its kernel rounded to int8; gradients go to the kernel as if it were not."""

    def call(self, x: Any) -> Any:
        kernel = self.layer.kernel
        through = kernel.value + tf.stop_gradient(rounded(self.layer) - kernel.value)
        with keras.StatelessScope([(kernel, through)]):
            return self.layer(x)


def rounded(layer: Any) -> Any:
    """The kernel of `layer` as TFLite's int8 has it: codes in [-127, 127], a scale for each output channel."""
    kernel = layer.kernel.value
    channels = 2 if isinstance(layer, keras.layers.DepthwiseConv2D) else 1  # trailing axes
    greatest = tf.reduce_max(tf.abs(kernel), list(range(len(kernel.shape) - channels)), keepdims=True)
    scale = greatest / 127
    return tf.round(tf.math.divide_no_nan(kernel, scale)) * scale
