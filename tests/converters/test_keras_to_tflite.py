"""Keras to TFLite: what the file holds, what is refused, and what is worth a warning."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tflite
from numpy.typing import NDArray

from edgecnn import zoo
from edgecnn.converters.keras_channels import channel_warnings
from edgecnn.converters.keras_to_tflite import keras_to_tflite
from edgecnn.converters.tflite_file import enumerators
from edgecnn.errors import InvalidModelError, UnsupportedError, UsageError

pytest.importorskip("tensorflow")
keras = pytest.importorskip("keras")
layers = keras.layers

OPS = enumerators(tflite.BuiltinOperator)


@pytest.fixture(scope="module")
def images() -> NDArray[Any]:
    return np.random.RandomState(0).randint(0, 256, (20, 32, 32, 1)).astype(np.uint8)


@pytest.fixture(scope="module")
def lenet5() -> Any:
    keras.utils.set_random_seed(0)
    return zoo.build("lenet5")


@pytest.fixture(scope="module")
def content(lenet5: Any, images: NDArray[Any]) -> bytes:
    return keras_to_tflite(lenet5, images).model


def graph(content: bytes) -> tuple[Any, list[str]]:
    model = tflite.Model.GetRootAs(content, 0)
    subgraph = model.Subgraphs(0)
    codes = [subgraph.Operators(i).OpcodeIndex() for i in range(subgraph.OperatorsLength())]
    return subgraph, [OPS[model.OperatorCodes(code).BuiltinCode()] for code in codes]


def test_lenet5_is_nine_plain_ops_in_int8_with_batch_1(content: bytes) -> None:
    subgraph, ops = graph(content)
    assert ops == (["CONV_2D", "MAX_POOL_2D", "CONV_2D", "MAX_POOL_2D", "RESHAPE", *["FULLY_CONNECTED"] * 3, "SOFTMAX"])
    ends = subgraph.Tensors(subgraph.Inputs(0)), subgraph.Tensors(subgraph.Outputs(0))
    assert [list(tensor.ShapeAsNumpy()) for tensor in ends] == [[1, 32, 32, 1], [1, 10]]
    assert [tensor.Type() for tensor in ends] == [tflite.TensorType.INT8] * 2


def test_weights_are_per_channel(content: bytes) -> None:
    subgraph, ops = graph(content)
    channels = {
        index: subgraph.Tensors(subgraph.Operators(index).Inputs(1)).Quantization().ScaleLength()
        for index, op in enumerate(ops)
        if op in ("CONV_2D", "FULLY_CONNECTED")
    }
    assert channels == {0: 6, 2: 16, 5: 120, 6: 100, 7: 10}


def test_the_int8_network_computes_what_the_float_network_does(
    content: bytes, lenet5: Any, images: NDArray[Any]
) -> None:
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(
        model_content=content, experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    (entry,), (end,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert entry["quantization"] == (pytest.approx(1 / 255), -128)  # so that a code is a pixel - 128
    for image in images[:5]:
        interpreter.set_tensor(entry["index"], (image.astype(int) - 128).astype(np.int8)[None])
        interpreter.invoke()
        got = (interpreter.get_tensor(end["index"]).astype(int) + 128) / 256
        wanted = np.asarray(lenet5(image[None].astype(np.float32) / 255, training=False))
        assert np.abs(got - wanted).max() < 0.03


def test_the_same_model_and_images_give_the_same_bytes(
    content: bytes, lenet5: Any, images: NDArray[Any], tmp_path: Path
) -> None:
    lenet5.save(tmp_path / "m.keras")
    assert keras_to_tflite(tmp_path / "m.keras", images).model == content
    assert keras_to_tflite(str(tmp_path / "m.keras"), images.astype(np.float32) / np.float32(255)).model == content


def test_a_functional_model_with_folded_normalization(images: NDArray[Any]) -> None:
    image = x = keras.Input((32, 32, 1))
    x = layers.Conv2D(4, 3, strides=2, use_bias=False)(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    x = layers.DepthwiseConv2D(3, padding="same")(x)
    x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    _, ops = graph(keras_to_tflite(keras.Model(image, x), images).model)
    assert ops == ["CONV_2D", "DEPTHWISE_CONV_2D", "MEAN", "FULLY_CONNECTED", "SOFTMAX"]


def test_nothing_is_printed(lenet5: Any, images: NDArray[Any], capfd: pytest.CaptureFixture[str]) -> None:
    keras_to_tflite(lenet5, images)
    assert capfd.readouterr() == ("", "")


def test_representative_images_of_another_shape(lenet5: Any) -> None:
    with pytest.raises(UsageError, match=r"reads images of shape \(32, 32, 1\) .* have shape \(28, 28, 1\)"):
        keras_to_tflite(lenet5, np.zeros((2, 28, 28, 1), np.uint8))


def test_code_in_a_file_is_never_run(tmp_path: Path, images: NDArray[Any]) -> None:
    image = keras.Input((32, 32, 1))
    path = tmp_path / "lambda.keras"
    keras.Model(image, layers.Lambda(lambda x: x * 2)(image)).save(path)
    with pytest.raises(InvalidModelError, match="carries Python code to execute") as caught:
        keras_to_tflite(path, images)
    assert caught.value.exit_code == 22


def test_files_that_are_no_models(tmp_path: Path, images: NDArray[Any], lenet5: Any) -> None:
    with pytest.raises(InvalidModelError, match=r"there is no file .*missing\.keras"):
        keras_to_tflite(tmp_path / "missing.keras", images)
    lenet5.save(tmp_path / "m.keras")
    whole = (tmp_path / "m.keras").read_bytes()
    (tmp_path / "cut.keras").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidModelError, match=r"cut\.keras is not a \.keras file"):
        keras_to_tflite(tmp_path / "cut.keras", images)
    with zipfile.ZipFile(tmp_path / "empty.keras", "w") as archive:
        archive.writestr("config.json", "{}")
    with pytest.raises(InvalidModelError, match=r"empty\.keras is damaged"):
        keras_to_tflite(tmp_path / "empty.keras", images)


def test_models_that_are_not_supported(images: NDArray[Any]) -> None:
    a, b = keras.Input((32, 32, 1)), keras.Input((32, 32, 1))
    with pytest.raises(UnsupportedError, match="has 2 inputs and 1 outputs"):
        keras_to_tflite(keras.Model([a, b], layers.Add()([a, b])), images)
    free = keras.Input((None, None, 1))
    with pytest.raises(UnsupportedError, match=r"\(None, None, 1\); build it with a fixed size"):
        keras_to_tflite(keras.Model(free, layers.Conv2D(1, 3)(free)), images)
    with pytest.raises(UnsupportedError, match="no input shape yet"):
        keras_to_tflite(keras.Sequential([layers.Conv2D(1, 3)]), images)


def test_channels_that_carry_nothing(images: NDArray[Any]) -> None:
    image = keras.Input((32, 32, 1))
    layer = layers.Conv2D(6, 1, activation="relu6", name="conv")
    model = keras.Model(image, layer(image))
    gain, offset = np.array([1, 1, 0.01, 1, 1, 1]), np.array([0, -9, 0, 9, 0, -9])
    layer.set_weights([gain.reshape(1, 1, 1, 6), offset])
    assert channel_warnings(model, images.astype(np.float32) / 255) == [
        "layer conv: 2 of 6 channels are 0 for every representative image (dead).",
        "layer conv: 1 of 6 channels never change over the representative images (saturated).",
        "layer conv: 1 of 6 channels use fewer than 8 of the 256 codes, because others have a far greater range.",
    ]
