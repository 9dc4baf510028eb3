"""LeNet as 'An Intuitive Explanation of Convolutional Neural Networks' draws it: ReLU, max pooling, softmax."""

from typing import Any


def build(input_shape: tuple[int, ...] = (32, 32, 1), classes: int = 10) -> Any:
    """32x32x1 -> 28x28x6 -> 14x14x6 -> 10x10x16 -> 5x5x16 (400) -> 120 -> 100 -> 10; 63,802 parameters."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(input_shape, name="image"),
            layers.Conv2D(6, 5, activation="relu", name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(16, 5, activation="relu", name="conv2"),
            layers.MaxPooling2D(2, name="pool2"),
            layers.Flatten(name="flatten"),
            layers.Dense(120, activation="relu", name="dense1"),
            layers.Dense(100, activation="relu", name="dense2"),
            layers.Dense(classes, activation="softmax", name="probabilities"),
        ],
        name="lenet5",
    )
