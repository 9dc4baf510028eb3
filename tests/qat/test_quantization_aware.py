"""Quantization-aware training: folding, where the ranges go, and that TFLite takes them over."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn import datasets, training, verify, zoo
from edgecnn.converters.keras_to_tflite import keras_to_tflite, load_keras, load_tensorflow
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import UnsupportedError, UsageError
from edgecnn.fixed_point import quantize
from edgecnn.graph import Graph
from edgecnn.ops.weighted import WeightedOp
from edgecnn.quantization import quantize_file
from edgecnn.report import text
from edgecnn.verification import CONVERTED
from edgecnn.verification.float_reference import FloatReference
from tests.support.qat import RECIPE, SHAPE, float_training
from tests.support.training_data import EXACT_ORACLES, noise, small

pytest.importorskip("tensorflow")
keras = load_tensorflow().keras
layers = keras.layers

from edgecnn.converters import keras_layers as fake  # noqa: E402  they need TensorFlow
from edgecnn.qat import rewriting  # noqa: E402
from edgecnn.qat.fine_tuning import fine_tune  # noqa: E402
from edgecnn.qat.folding import folded  # noqa: E402


def branches() -> Any:
    """Every kind of layer that is known, with statistics of batch normalization that matter; one channel is dead."""
    keras.utils.set_random_seed(0)
    image = keras.Input(SHAPE, name="image")

    def normed(x: Any, name: str) -> Any:
        return layers.BatchNormalization(name=f"{name}_norm")(x)

    x = layers.Conv2D(8, 3, padding="same", use_bias=False, name="stem")(image)
    x = layers.ReLU(name="stem_relu")(normed(x, "stem"))
    x = layers.ZeroPadding2D(1, name="pad")(x)
    x = normed(layers.DepthwiseConv2D(3, depth_multiplier=2, name="deep")(x), "deep")
    x = layers.ReLU(6.0, name="deep_relu")(x)
    one = layers.Conv2D(4, 1, activation="relu", name="one")(x)
    two = layers.Conv2D(4, 1, name="two")(layers.MaxPooling2D(3, 1, "same", name="two_pool")(x))
    x = layers.Concatenate(name="join")([x, one, two])
    x = layers.AveragePooling2D(2, name="half")(layers.Dropout(0.2, name="drop")(x))
    change = normed(layers.Conv2D(24, 1, name="change")(x), "change")
    x = layers.ReLU(name="sum_relu")(layers.Add(name="sum")([x, change]))
    x = layers.Conv2D(6, 3, activation="tanh", name="bent")(x)
    a = layers.GlobalAveragePooling2D(name="mean")(x)
    b = layers.Dense(6, activation="relu6", name="flat_dense")(layers.Flatten(name="flat")(x))
    x = layers.Concatenate(name="heads")([a, b])
    x = layers.Dense(5, name="hidden")(layers.Reshape((12,), name="shape")(x))
    x = layers.Activation("sigmoid", name="hidden_sigmoid")(x)
    model = keras.Model(image, layers.Dense(4, activation="softmax", name="classes")(x), name="branches")
    random = np.random.RandomState(1)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 2, weight.shape) for weight in layer.get_weights()])
    gamma, *others = model.get_layer("stem_norm").get_weights()
    model.get_layer("stem_norm").set_weights([gamma * (np.arange(8) > 0), *others])
    return model


@pytest.fixture(scope="module")
def model() -> Any:
    return branches()


@pytest.fixture(scope="module")
def tuned(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fine-tuned model and its int8 file, of the same name."""
    path: Path = tmp_path_factory.mktemp("tuned") / "branches.keras"
    training.save(fine_tune(float_training(model), small(SHAPE), RECIPE), path)
    (content, warnings), source = quantize_file(path)
    assert (warnings, source) == ([], "quantization-aware training")
    path.with_suffix(".tflite").write_bytes(content)
    return path


@pytest.fixture(scope="module")
def graph(tuned: Path) -> Graph:
    return graph_of(tuned.with_suffix(".tflite").read_bytes(), "branches")


def images(count: int = 20) -> NDArray[Any]:
    return datasets.to_input(noise(count, SHAPE, seed=5))


@pytest.mark.parametrize("name", ["branches", "harley"])
def test_folding_changes_nothing_that_the_network_computes(name: str) -> None:
    model = branches() if name == "branches" else zoo.build(name, SHAPE, 4)
    for _ in range(3):
        model(images(), training=True)  # moves the statistics
    copy = folded(model)
    assert not any(isinstance(layer, layers.BatchNormalization) for layer in copy.layers)
    np.testing.assert_allclose(copy(images(), training=False), model(images(), training=False), atol=1e-5)


def kinds(graph: Graph) -> Counter[str]:
    return Counter(op.kind for op in graph.ops)


def test_the_ops_are_those_of_plain_quantization(model: Any, graph: Graph) -> None:
    plain = graph_of(keras_to_tflite(model, noise(20, SHAPE)).model, "plain")
    assert kinds(graph) == kinds(plain)
    assert graph.macs == plain.macs


def test_nested_joins_need_no_requantization() -> None:
    name = "densenet"
    model = zoo.build(name, SHAPE, 4)
    twin = rewriting.in_training(model)
    twin(images(), training=True)
    graph = graph_of(keras_to_tflite(rewriting.after_training(model, twin), None).model, name)
    assert set(kinds(graph)) <= {*("conv2d", "average_pool2d", "concatenation", "mean", "fully_connected", "softmax")}


def test_the_ranges_of_training_are_the_scales_of_the_file(tuned: Path, graph: Graph) -> None:
    parameters: dict[str, tuple[Any, int]] = {}
    for layer in load_keras(tuned).layers:
        if isinstance(layer, fake.FakeQuantization):
            low, high = map(np.float32, layer.range)
            step = (high - low) / 255
            parameters[layer.name.removesuffix("_range")] = step, round(-128 - low / step)
    reference = FloatReference(tuned, graph)
    assert reference.quantization_aware
    compared = {layer.name: tensor for tensor, layer in reference.layers.items() if layer.name in parameters}
    assert compared.keys() >= {"stem_relu", "deep_relu", "sum_relu", "mean", "hidden"}
    compared["image"] = graph.input
    for name, tensor in compared.items():
        scale, zero_point = parameters[name]
        assert tensor.scale == pytest.approx(scale, rel=1e-6)
        assert tensor.zero_point == zero_point
    ours = sorted({*(scale for scale, _ in parameters.values()), 1 / 256})  # that of the probabilities
    assert sorted({tensor.scale for tensor in graph.tensors}) == pytest.approx(ours, rel=1e-6)
    assert graph.input.scale == pytest.approx(1 / 255)
    assert graph.input.zero_point == -128


def test_the_kernels_of_training_are_the_weights_of_the_file(tuned: Path, graph: Graph) -> None:
    kernels = {layer.name: layer.kernel.numpy() for layer in load_keras(tuned).layers if hasattr(layer, "kernel")}
    ops = [op for op in graph.ops if isinstance(op, WeightedOp)]
    assert len(ops) == len(kernels) == 9
    files = sorted((op.weights.size, real_weights(op).ravel().tolist()) for op in ops)
    ours = sorted((kernel.size, channels_first(name, kernel).ravel().tolist()) for name, kernel in kernels.items())
    for (_, theirs), (_, kernel) in zip(files, ours, strict=True):
        np.testing.assert_allclose(theirs, kernel, rtol=1e-6)


def real_weights(op: WeightedOp) -> NDArray[Any]:
    """(channels, taps), real values."""
    return op.weights.reshape(op.channels, -1) * op.weight_scales.reshape(-1, 1)


def channels_first(name: str, kernel: NDArray[Any]) -> NDArray[Any]:
    """(channels, taps) of a Keras kernel."""
    channels = np.prod(kernel.shape[-2:] if name == "deep" else kernel.shape[-1:])
    return np.moveaxis(kernel.reshape(*kernel.shape[:2], -1) if name == "deep" else kernel, -1, 0).reshape(channels, -1)


def test_int8_computes_what_training_saw(tuned: Path, graph: Graph) -> None:
    codes = graph.evaluate(quantize(images(), graph.input.scale, graph.input.zero_point))
    seen = load_keras(tuned)(images(), training=False).numpy()
    assert np.abs((codes.astype(int) + 128) / 256 - seen).max() < 4 / 256


def test_the_proof_is_the_same_and_the_report_says_how_it_was_trained(tuned: Path) -> None:
    result = verify(tuned.with_suffix(".tflite"), dataset=None, random=20)
    result.check()
    assert {party.name for party in result.parties if party.decides} >= {CONVERTED, *EXACT_ORACLES}
    assert "without the fake quantization" in result.to_json()["provenance"]["quantization_aware"]
    assert "quantization aware" in text(result)


def test_what_is_saved_computes_what_was_trained(model: Any) -> None:
    twin = rewriting.in_training(model)
    twin(images(), training=True)
    saved = rewriting.after_training(model, twin)
    np.testing.assert_allclose(saved(images(), training=False), twin(images(), training=False), atol=1e-5)
    real = rewriting.without_fake_quantization(saved)
    assert not rewriting.is_quantization_aware(real)
    assert 0 < np.abs(real(images(), training=False) - saved(images(), training=False)).max() < 0.1


def image_model(*stack: Any) -> Any:
    return keras.Sequential([keras.Input(SHAPE), *stack, layers.Flatten(), layers.Dense(4)])


@pytest.mark.parametrize(
    ("stack", "sentence"),
    [
        ([layers.Conv2DTranspose(2, 3, name="up")], r"layer 'up' \(Conv2DTranspose\) is not known .*Conv2D.*--qat"),
        ([layers.LeakyReLU(name="leaky")], r"layer 'leaky' \(LeakyReLU\) is not known"),
        ([layers.ReLU(1.0, name="step")], r"layer 'step' \(ReLU\) is not known"),
        ([layers.BatchNormalization(name="norm")], r"layer 'norm' \(BatchNormalization\) does not directly follow"),
        ([layers.Conv2D(2, 3, activation="relu"), layers.BatchNormalization(name="late")], "'late' .* move it there"),
        ([layers.Conv2D(2, 3, activation="gelu", name="smooth")], r"layer 'smooth_gelu' \(Activation\) is not known"),
    ],
)
def test_a_layer_that_is_not_known_is_named(stack: Any, sentence: str) -> None:
    with pytest.raises(UnsupportedError, match=sentence) as caught:
        fine_tune(float_training(image_model(*stack)), small(SHAPE), RECIPE)
    assert caught.value.exit_code == 21


def test_a_layer_that_is_used_twice_is_named() -> None:
    image = keras.Input(SHAPE)
    twice = layers.Conv2D(3, 3, name="twice")
    shared = keras.Model(image, layers.Dense(4)(layers.Flatten()(twice(twice(image)))))
    with pytest.raises(UnsupportedError, match="layer 'twice' .* is used several times"):
        fine_tune(float_training(shared), small(SHAPE), RECIPE)


def test_images_of_another_shape_and_a_model_that_is_aware_already(model: Any, tuned: Path) -> None:
    with pytest.raises(UsageError, match=r"reads images of shape \(16, 16, 3\) .* images of shape \(8, 8, 1\)"):
        fine_tune(float_training(model), small((8, 8, 1)), RECIPE)
    with pytest.raises(UsageError, match="'branches' was trained with --qat already"):
        fine_tune(training.load(tuned), small(SHAPE), RECIPE)
    with pytest.raises(UsageError, match="brings its ranges with it"):
        quantize_file(tuned, "digits")
