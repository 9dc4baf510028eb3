"""The four reference architectures of MLPerf Tiny in Keras, their weights and statistics random."""

from collections.abc import Callable
from typing import Any

import numpy as np

from edgecnn.converters.keras_to_tflite import load_tensorflow


def _layers() -> Any:
    return load_tensorflow().keras.layers


def _normed(x: Any, *, relu: bool = True) -> Any:
    x = _layers().BatchNormalization()(x)
    return _layers().ReLU()(x) if relu else x


def _conv(x: Any, filters: int, size: int | tuple[int, int] = 3, stride: int = 1, *, relu: bool = True) -> Any:
    return _normed(_layers().Conv2D(filters, size, stride, "same")(x), relu=relu)


def _separable(x: Any, filters: int, stride: int = 1) -> Any:
    return _conv(_normed(_layers().DepthwiseConv2D(3, stride, "same")(x)), filters, 1)


def _head(x: Any, pool: tuple[int, int], classes: int) -> Any:
    x = _layers().Flatten()(_layers().AveragePooling2D(pool)(x))
    return _layers().Dense(classes, "softmax")(x)


def resnet8(image: Any) -> Any:
    """Image classification, 32x32x3."""
    x = _conv(image, 16)
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        y = _conv(_conv(x, filters, 3, stride), filters, relu=False)
        x = x if stride == 1 else _layers().Conv2D(filters, 1, stride, "same")(x)
        x = _layers().ReLU()(_layers().Add()([x, y]))
    return _head(x, (8, 8), 10)


def ds_cnn(image: Any) -> Any:
    """Keyword spotting, 49x10x1."""
    x = _conv(image, 64, (10, 4), 2)
    for _ in range(4):
        x = _separable(x, 64)
    return _head(x, (25, 5), 12)


def mobilenet(image: Any) -> Any:
    """Visual wake words, MobileNetV1 at a quarter of its width, 96x96x3."""
    x = _conv(image, 8, 3, 2)
    blocks = ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *((128, 1),) * 5, (256, 2), (256, 1))
    for filters, stride in blocks:
        x = _separable(x, filters, stride)
    return _head(x, (3, 3), 2)


def autoencoder(signal: Any) -> Any:
    """Anomaly detection, 640."""
    x = signal
    for units in (*(128,) * 4, 8, *(128,) * 4):
        x = _normed(_layers().Dense(units)(x))
    return _layers().Dense(640)(x)


ARCHITECTURES: dict[str, tuple[Callable[[Any], Any], tuple[int, ...]]] = {
    "resnet8": (resnet8, (32, 32, 3)),
    "ds_cnn": (ds_cnn, (49, 10, 1)),
    "mobilenet": (mobilenet, (96, 96, 3)),
    "autoencoder": (autoencoder, (640,)),
}


def build(name: str) -> tuple[Any, np.ndarray]:
    """The float model and a few inputs of it: batch normalization's statistics are those of random inputs."""
    keras = load_tensorflow().keras
    keras.utils.set_random_seed(0)
    architecture, shape = ARCHITECTURES[name]
    given = keras.Input(shape)
    model = keras.Model(given, architecture(given), name=name)
    samples = np.random.default_rng(0).random((8, *shape), np.float32)
    for _ in range(30):
        model(samples, training=True)  # moves the statistics towards what they are
    return model, samples
