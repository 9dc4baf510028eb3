"""The network of the article's Fig. 3: convolution, ReLU and pooling twice, two fully connected layers, four classes.

Scaled down: 32x32 pixels instead of a photograph, and batch normalization, so that it learns from 18,000 images.
"""

from typing import Any

from .blocks import convolution, pool


def build(input_shape: tuple[int, ...], classes: int) -> Any:
    """32x32x32 -> 16x16x32 -> 16x16x64 -> 8x8x64 (4096) -> 32 -> classes."""
    import keras
    from keras import layers

    image = keras.Input(input_shape, name="image")
    x = pool(convolution(image, 32, 5, "conv1"), "pool1", 3)
    x = pool(convolution(x, 64, 5, "conv2"), "pool2", 3)
    x = layers.Dropout(0.3, name="dropout")(layers.Flatten(name="flatten")(x))
    x = layers.Dense(32, activation="relu", name="dense1")(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax", name="probabilities")(x), name="four_class")
