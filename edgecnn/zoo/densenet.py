"""DenseNet (Huang and others, 2016): every layer reads what all layers before it in its block have found.

Scaled down: three blocks of 2, 4 and 4 layers that add 8, 12 and 20 maps each. Here the normalization comes after each
convolution, where it folds into it; before, as in the original, it would stay a multiplication and an addition.
"""

from typing import Any

from .blocks import convolution, mean_and_softmax

_BLOCKS = ((2, 8), (4, 12), (4, 20))  # layers, maps that each adds


def build(input_shape: tuple[int, ...], classes: int) -> Any:
    """32x32x32 -> 16x16x64 -> 8x8x112 -> mean -> classes."""
    import keras
    from keras import layers

    image = keras.Input(input_shape, name="image")
    x = convolution(image, 16, 3, "stem")
    for number, (depth, growth) in enumerate(_BLOCKS, 1):
        if number > 1:  # between two blocks: half of the maps, at half of the size
            x = convolution(x, x.shape[-1] // 2, 1, f"transition{number - 1}")
            x = layers.AveragePooling2D(2, name=f"transition{number - 1}_pool")(x)
        for index in range(1, depth + 1):
            found = convolution(x, growth, 3, f"block{number}_layer{index}")
            x = layers.Concatenate(name=f"block{number}_{index}")([x, found])
    return keras.Model(image, mean_and_softmax(x, classes), name="densenet")
