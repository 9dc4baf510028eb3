"""VGGNet (Simonyan and Zisserman, 2014): nothing but 3x3 convolutions, several before each pool.

Scaled down: six convolutions instead of thirteen, 16 to 64 maps instead of 64 to 512, one dense layer instead of two.
"""

from typing import Any

from .blocks import convolution, pool


def build(input_shape: tuple[int, ...], classes: int) -> Any:
    """32x32x16 twice -> 16x16x32 twice -> 8x8x64 twice -> 4x4x64 (1024) -> 128 -> classes."""
    import keras
    from keras import layers

    x = image = keras.Input(input_shape, name="image")
    for stage, channels in enumerate((16, 32, 64), 1):
        for letter in "ab":
            x = convolution(x, channels, 3, f"conv{stage}{letter}")
        x = pool(x, f"pool{stage}")
    x = layers.Dropout(0.3, name="dropout")(layers.Flatten(name="flatten")(x))
    x = layers.Dense(128, activation="relu", name="dense")(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax", name="probabilities")(x), name="vgg")
