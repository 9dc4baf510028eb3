"""Training with TensorFlow's fused batch normalization: Keras's own numbers, and Keras's own layers afterwards."""

from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn import training, zoo
from edgecnn.fused_normalization import fused_normalization

keras = pytest.importorskip("keras")

MAPS = (6, 5, 3)


def block(**options: Any) -> Any:
    """A normalization with statistics of its own, between two linear layers."""
    keras.utils.set_random_seed(1)
    x = image = keras.Input(MAPS)
    x = keras.layers.Conv2D(8, 3, use_bias=False)(x)
    x = keras.layers.BatchNormalization(**options)(x)
    return keras.Model(image, keras.layers.Dense(2)(x))


def trained_once(model: Any, images: NDArray[Any]) -> list[NDArray[Any]]:
    """Outputs, gradients of all weights, and the moving statistics after one batch."""
    import tensorflow as tf

    weights = np.random.RandomState(2).uniform(0, 1, (len(images), 1, 1, 1)).astype(np.float32)  # no gradient is 0
    with tf.GradientTape() as tape:
        outputs = model(images, training=True)
        loss = tf.reduce_sum(weights * (outputs - 1) ** 2)
    gradients = tape.gradient(loss, model.trainable_variables)
    return [value.numpy() for value in (outputs, *gradients, *model.non_trainable_variables)]


@pytest.mark.parametrize(
    ("options", "fused"),
    [
        ({}, True),
        ({"axis": 3, "epsilon": 0.1, "momentum": 0.5}, True),
        ({"axis": 1}, False),
        ({"scale": False}, False),
        ({"center": False}, False),
        ({"trainable": False}, False),
    ],
)
def test_training_computes_what_keras_does(options: dict[str, Any], fused: bool) -> None:
    images = np.random.RandomState(0).normal(0.5, 2, (500, *MAPS)).astype(np.float32)
    expected = trained_once(block(**options), images)
    model = block(**options)
    normalization = model.layers[2]
    with fused_normalization(model):
        assert ("call" in vars(normalization)) == fused
        seen = trained_once(model, images)
    assert "call" not in vars(normalization)
    for ours, theirs in zip(seen, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-4 * np.abs(theirs).max())  # variances by n - 1 = 5,999


def test_inference_is_left_to_keras() -> None:
    images = np.random.RandomState(0).normal(0, 1, (4, *MAPS)).astype(np.float32)
    model = block()
    expected = model(images).numpy()
    with fused_normalization(model):
        assert (model(images).numpy() == expected).all()


def test_a_failure_leaves_keras_layers_behind() -> None:
    model = block()
    with pytest.raises(ZeroDivisionError), fused_normalization(model):
        raise ZeroDivisionError
    assert "call" not in vars(model.layers[2])


def test_training_uses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from edgecnn import datasets

    ops: list[str] = []

    def fused(model: Any) -> AbstractContextManager[None]:
        ops.append(model.name)
        return fused_normalization(model)

    monkeypatch.setattr(training, "fused_normalization", fused)
    data = datasets.load("digits")
    small = datasets.Dataset("small", data.train[:64], data.validation[:30], data.test[:30], data.classes)
    result = training.train("resnet", small, zoo.Recipe(epochs=1, batch_size=32))
    assert ops == ["resnet"]
    assert not any("call" in vars(layer) for layer in result.model.layers)
