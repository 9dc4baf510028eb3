"""AlexNet (Krizhevsky and others, 2012): five convolutions, overlapping pools, dropout before two dense layers.

Scaled down: 5x5 first filters for 32x32 pixels instead of 11x11 for 224x224, a tenth of the maps. Its local response
normalization has no int8 form: batch normalization takes its place and costs nothing after conversion.
"""

from typing import Any

from .blocks import convolution, pool


def build(input_shape: tuple[int, ...], classes: int) -> Any:
    """32x32x24 -> 16x16x48 -> 8x8x64 -> 8x8x64 -> 4x4x32 (512) -> 128 -> 64 -> classes."""
    return five_convolutions("alexnet", input_shape, classes, first=5, maps=(24, 48, 64, 64, 32))


def five_convolutions(name: str, input_shape: tuple[int, ...], classes: int, first: int, maps: tuple[int, ...]) -> Any:
    """`first` is the size of the first filters, `maps` how many filters each convolution has."""
    import keras
    from keras import layers

    image = keras.Input(input_shape, name="image")
    x = pool(convolution(image, maps[0], first, "conv1"), "pool1", 3)
    x = pool(convolution(x, maps[1], 5, "conv2"), "pool2", 3)
    for number in (3, 4, 5):
        x = convolution(x, maps[number - 1], 3, f"conv{number}")
    x = layers.Flatten(name="flatten")(pool(x, "pool5", 3))
    for number, units in enumerate((128, 64), 1):
        x = layers.Dropout(0.3, name=f"dropout{number}")(x)
        x = layers.Dense(units, activation="relu", name=f"dense{number}")(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax", name="probabilities")(x), name=name)
