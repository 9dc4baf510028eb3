"""GoogLeNet (Szegedy and others, 2014): Inception modules look at 1x1, 3x3, 5x5 and a pool at once, side by side.

Scaled down: four modules instead of nine, a sixth of the maps, no auxiliary classifiers (they only helped training).
"""

from typing import Any

from .blocks import convolution, mean_and_softmax, pool


def build(input_shape: tuple[int, ...], classes: int) -> Any:
    """32x32x16 -> 16x16x40 -> 16x16x64 -> 8x8x104 -> 8x8x128 -> mean -> classes."""
    import keras

    image = keras.Input(input_shape, name="image")
    x = pool(convolution(image, 16, 3, "stem"), "pool1", 3)
    x = _inception(x, 8, (12, 16), (4, 8), 8, "inception1")
    x = _inception(x, 16, (16, 32), (8, 8), 8, "inception2")
    x = pool(x, "pool2", 3)
    x = _inception(x, 24, (16, 48), (8, 16), 16, "inception3")
    x = _inception(x, 32, (32, 64), (8, 16), 16, "inception4")
    return keras.Model(image, mean_and_softmax(x, classes), name="googlenet")


def _inception(x: Any, one: int, three: tuple[int, int], five: tuple[int, int], pooled: int, name: str) -> Any:
    """Four branches, joined by their channels; 1x1 convolutions make the costly branches thin first."""
    from keras import layers

    branches = [
        convolution(x, one, 1, f"{name}_1x1"),
        convolution(convolution(x, three[0], 1, f"{name}_3x3_reduce"), three[1], 3, f"{name}_3x3"),
        convolution(convolution(x, five[0], 1, f"{name}_5x5_reduce"), five[1], 5, f"{name}_5x5"),
        convolution(layers.MaxPooling2D(3, 1, "same", name=f"{name}_pool")(x), pooled, 1, f"{name}_pool_project"),
    ]
    return layers.Concatenate(name=name)(branches)
