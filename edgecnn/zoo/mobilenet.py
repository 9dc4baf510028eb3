"""MobileNet (Howard and others, 2017): one filter per channel, then 1x1 convolutions that mix the channels.

Not in the article, but the network that phones run. Scaled down: 16 to 128 maps, and no stride before the second block,
because the images are small.
"""

from typing import Any

from .blocks import convolution, mean_and_softmax

_BLOCKS = ((32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (128, 1), (128, 1))  # maps, stride


def build(input_shape: tuple[int, ...], classes: int) -> Any:
    """32x32x16 -> 32x32x32 -> 16x16x64 twice -> 8x8x128 four times -> mean -> classes."""
    import keras

    image = keras.Input(input_shape, name="image")
    x = convolution(image, 16, 3, "stem")
    for number, (channels, stride) in enumerate(_BLOCKS, 1):
        x = _separable(x, channels, stride, f"block{number}")
    return keras.Model(image, mean_and_softmax(x, classes), name="mobilenet")


def _separable(x: Any, channels: int, stride: int, name: str) -> Any:
    """A convolution taken apart: in space, each channel alone (3x3), then across channels (1x1)."""
    from keras import layers

    x = layers.DepthwiseConv2D(3, stride, "same", use_bias=False, name=f"{name}_depthwise")(x)
    x = layers.BatchNormalization(name=f"{name}_depthwise_norm")(x)
    x = layers.ReLU(name=f"{name}_depthwise_relu")(x)
    return convolution(x, channels, 1, f"{name}_pointwise")
