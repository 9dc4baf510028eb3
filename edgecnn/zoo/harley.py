"""The network of Adam Harley's demonstration, which the article shows: not the article's LeNet.

Scaled tanh instead of ReLU, no softmax, and each map of the second convolution sees some of the first's only, as in
LeNet-5. The demonstration's 1.7159 tanh(2x / 3) does not fit int8, where TANH always gives codes of 1/128: here both
factors are in the weights around a plain tanh, which is the same network, but that 1.7159 times an output is its node.
"""

from typing import Any

import numpy as np

# Which of the 6 maps each of the 16 sees (LeCun and others, 1998, table I).
SEEN = (
    *("012", "123", "234", "345", "045", "015"),
    *("0123", "1234", "2345", "0345", "0145", "0125"),
    *("0134", "1245", "0235"),
    "012345",
)


def build(input_shape: tuple[int, ...], classes: int) -> Any:
    """32x32 -> 28x28x6 -> 14x14x6 -> 10x10x16 -> 5x5x16 (400) -> 120 -> 100 -> classes, each in (-1, 1)."""
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(input_shape, name="image"),
            layers.Conv2D(6, 5, activation="tanh", name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(16, 5, activation="tanh", name="conv2"),
            layers.MaxPooling2D(2, name="pool2"),
            layers.Flatten(name="flatten"),
            layers.Dense(120, activation="tanh", name="dense1"),
            layers.Dense(100, activation="tanh", name="dense2"),
            layers.Dense(classes, activation="tanh", name="nodes"),
        ],
        name="harley",
    )
    # On the variable and not on the layer: it holds for training, and leaves no code in the saved model.
    kernel = model.get_layer("conv2").kernel
    kernel.constraint = _sees
    kernel.assign(_sees(kernel.value))
    return model


def _sees(kernel: Any) -> Any:
    """The kernel (5, 5, 6, 16) with 0 wherever a map is not seen."""
    seen = np.array([[str(source) in sources for sources in SEEN] for source in range(6)], np.float32)
    return kernel * seen
