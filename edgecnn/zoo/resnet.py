"""ResNet (He and others, 2015): a block learns what to add to its input, which goes around it unchanged.

Scaled down: the ResNet-8 of MLPerf Tiny, 3 stages of one block each, for 32x32 instead of 224x224 (78,000 parameters).
"""

from typing import Any

from .blocks import convolution, mean_and_softmax


def build(input_shape: tuple[int, ...], classes: int) -> Any:
    """32x32x16 -> 32x32x16 -> 16x16x32 -> 8x8x64 -> mean -> classes."""
    return residual_network("resnet", input_shape, classes, blocks=1)


def residual_network(name: str, input_shape: tuple[int, ...], classes: int, blocks: int) -> Any:
    """`blocks` per stage make 6 * blocks + 2 layers with weights."""
    import keras

    image = keras.Input(input_shape, name="image")
    x = convolution(image, 16, 3, "stem")
    for stage, channels in enumerate((16, 32, 64), 1):
        for index in range(1, blocks + 1):
            halves = stage > 1 and index == 1
            x = _block(x, channels, 2 if halves else 1, f"stage{stage}_block{index}")
    return keras.Model(image, mean_and_softmax(x, classes), name=name)


def _block(x: Any, channels: int, stride: int, name: str) -> Any:
    """relu(x + f(x)); where the shape changes, x passes a 1x1 convolution."""
    from keras import layers

    change = convolution(x, channels, 3, f"{name}_a", stride=stride)
    change = convolution(change, channels, 3, f"{name}_b", relu=False)
    if stride > 1:
        x = convolution(x, channels, 1, f"{name}_shortcut", stride=stride, relu=False)
    return layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_add")([x, change]))
