"""What is not finite, or no number at all, is refused before TensorFlow sees it; 'int8' is said of int8 alone."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from edgecnn.converters.keras_to_tflite import keras_to_tflite, load_tensorflow, silence
from edgecnn.converters.onnx_to_tflite import load_onnx, onnx_to_tflite
from edgecnn.converters.precision import refuse_float
from edgecnn.converters.representative import real
from edgecnn.errors import EdgecnnError, InvalidModelError, UnsupportedError, UsageError
from edgecnn.quantization import quantize_file
from tests.support.onnx_builder import OnnxBuilder

tf = load_tensorflow()
import keras  # noqa: E402  quietly

layers = keras.layers
INPUTS = np.random.default_rng(0).random((20, 6)).astype(np.float32)


def dense() -> Any:
    image = keras.Input((6,))
    x = layers.BatchNormalization(name="norm")(layers.Dense(4, "relu", name="first")(image))
    return keras.Model(image, layers.Dense(3, name="last")(x), name="net")


NO_INPUTS: dict[str, NDArray[Any]] = {
    "int64": np.ones((20, 6), np.int64),
    "int8": np.ones((20, 6), np.int8),
    "complex64": np.ones((20, 6), np.complex64),
    "bool": np.ones((20, 6), bool),
    "<U1": np.full((20, 6), "1"),
    "datetime64[s]": np.zeros((20, 6), "datetime64[s]"),
    "object": np.full((20, 6), None),
    "[('a', '<f4')]": np.zeros((20, 6), [("a", "<f4")]),
}


@pytest.mark.parametrize("kind", NO_INPUTS)
def test_inputs_are_floats_or_pixels(kind: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        real(NO_INPUTS[kind])
    assert str(caught.value) == (
        f"the representative inputs are {kind}; give pixels as uint8, or floats as the model reads them."
    )
    model = dense()
    with pytest.raises(UsageError, match=r"the representative inputs are "):
        keras_to_tflite(model, NO_INPUTS[kind])
    model.save(tmp_path / "m.keras")
    np.save(tmp_path / "x.npy", NO_INPUTS[kind], allow_pickle=True)
    with pytest.raises(UsageError, match=r"the representative inputs are |x\.npy"):
        quantize_file(tmp_path / "m.keras", representative=tmp_path / "x.npy")


@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "g", ">f4", "u1"])
def test_every_float_is_taken(kind: str) -> None:
    assert real(np.ones((2, 3), kind)).dtype == np.float32


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.parametrize("rows", [[3], [3, 19]])
def test_a_row_that_is_not_finite_is_named(wrong: float, rows: list[int]) -> None:
    inputs = INPUTS.astype(np.float64)
    inputs[rows, 2] = wrong
    with pytest.raises(UsageError, match=r"row 3 of the representative inputs holds a value that is no finite float32"):
        keras_to_tflite(dense(), inputs)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize(("layer", "index", "name"), [("last", 1, "bias"), ("norm", 3, "moving_variance")])
def test_a_weight_that_is_not_finite_is_named(wrong: float, layer: str, index: int, name: str) -> None:
    model = dense()
    weights = model.get_layer(layer).get_weights()
    weights[index][1] = wrong
    model.get_layer(layer).set_weights(weights)
    for representative in (INPUTS, None):  # None: as a model that brings its ranges is converted
        with pytest.raises(InvalidModelError, match=rf"layer '{layer}' of the model 'net' has a {name} with values"):
            keras_to_tflite(model, representative)


def test_a_layer_that_overflows_is_named() -> None:
    model = dense()
    kernel, bias = model.get_layer("first").get_weights()
    model.get_layer("first").set_weights([np.full_like(kernel, 3e38), bias])
    with pytest.raises(InvalidModelError, match="layer 'first' of the model 'net' computes values that are not finite"):
        keras_to_tflite(model, INPUTS)


def test_a_layer_that_is_used_twice_is_no_obstacle() -> None:
    image, shared = keras.Input((6,)), layers.Dense(6, name="shared")
    refuse_float(keras_to_tflite(keras.Model(image, shared(shared(image))), INPUTS).model, "it")


def test_int8_is_said_of_int8_alone() -> None:
    """What TFLite leaves in float is named, and no advice leads back to the command that made it."""
    converter = tf.lite.TFLiteConverter.from_keras_model(dense())
    with silence():
        content = converter.convert()
    with pytest.raises(
        UnsupportedError, match=r"no int8 of it: it leaves FULLY_CONNECTED \('.*'\) in float32"
    ) as caught:
        refuse_float(content, "it")
    assert "edgecnn quantize" not in str(caught.value)


def test_a_model_that_reads_text() -> None:
    text = keras.Input((1,), dtype="string")
    model = keras.Model(text, layers.StringLookup(vocabulary=["a", "b"])(text), name="words")
    with pytest.raises(UnsupportedError, match="the model 'words' reads text; give it an input of numbers"):
        keras_to_tflite(model, np.ones((2, 1), np.float32))


def onnx_with(value: float) -> Any:
    b = OnnxBuilder((1, 4))
    return b.finish(b.node("Mul", "image", b.constant(np.array([1, 2, value, 3], np.float32))))


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_the_same_of_onnx(wrong: float, tmp_path: Path) -> None:
    onnx.save(onnx_with(wrong), tmp_path / "m.onnx")
    with pytest.raises(InvalidModelError, match=r"m\.onnx has weights '.*' with values that are not finite"):
        load_onnx(tmp_path / "m.onnx")
    onnx.save(onnx_with(1), tmp_path / "m.onnx")
    for inputs in (np.full((2, 4), wrong, np.float32), np.ones((2, 4), np.int64)):
        with pytest.raises(EdgecnnError, match="representative inputs"):
            onnx_to_tflite(load_onnx(tmp_path / "m.onnx"), inputs)
