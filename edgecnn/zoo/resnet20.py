"""The deeper ResNet: the 20 layers that He and others trained on CIFAR-10 (270,000 parameters, nothing scaled down)."""

from typing import Any

from .resnet import residual_network


def build(input_shape: tuple[int, ...], classes: int) -> Any:
    """Three stages of three blocks: 32x32x16, 16x16x32, 8x8x64."""
    return residual_network("resnet20", input_shape, classes, blocks=3)
