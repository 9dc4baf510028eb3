"""ZF Net (Zeiler and Fergus, 2013): AlexNet with smaller first filters and more maps in the middle.

Scaled down as AlexNet is: 3x3 first filters where AlexNet here has 5x5 (7x7 and 11x11 in the originals).
"""

from typing import Any

from .alexnet import five_convolutions


def build(input_shape: tuple[int, ...], classes: int) -> Any:
    """32x32x24 -> 16x16x48 -> 8x8x80 -> 8x8x80 -> 4x4x32 (512) -> 128 -> 64 -> classes."""
    return five_convolutions("zfnet", input_shape, classes, first=3, maps=(24, 48, 80, 80, 32))
