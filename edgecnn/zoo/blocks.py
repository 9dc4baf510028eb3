"""What the networks share: a convolution that folds into one op, and a pooled head."""

from typing import Any


def convolution(x: Any, channels: int, size: int, name: str, *, stride: int = 1, relu: bool = True) -> Any:
    """`channels` filters of `size` x `size`, SAME, with batch normalization, which the converter folds into them."""
    from keras import layers

    x = layers.Conv2D(channels, size, stride, "same", use_bias=False, name=f"{name}_conv")(x)
    x = layers.BatchNormalization(name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x) if relu else x


def pool(x: Any, name: str, size: int = 2) -> Any:
    """Max pooling that halves height and width; with `size` 3, the windows overlap."""
    from keras import layers

    return layers.MaxPooling2D(size, 2, "same", name=name)(x)


def mean_and_softmax(x: Any, classes: int) -> Any:
    """The mean of each map, and probabilities: a head almost without parameters, for images of any size."""
    from keras import layers

    x = layers.GlobalAveragePooling2D(name="mean")(x)
    return layers.Dense(classes, activation="softmax", name="probabilities")(x)
