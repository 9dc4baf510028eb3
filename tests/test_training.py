"""Training: the article's loss, augmentation, reproducibility, resuming, and the command line for real."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn import datasets, losses, training, verify, zoo
from edgecnn.converters.keras_to_tflite import load_tensorflow
from edgecnn.errors import InvalidModelError, UsageError
from edgecnn.support.metrics import Accuracy
from edgecnn.zoo import augmentation

pytest.importorskip("tensorflow")
pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def small() -> datasets.Dataset:
    """A slice of digits on which an epoch takes a moment."""
    data = datasets.load("digits")
    return datasets.Dataset("small", data.train[:100], data.validation[:30], data.test[:30], data.classes)


def run(small: datasets.Dataset, **options: Any) -> training.Training:
    kept = {name: options.pop(name) for name in ("seed", "checkpoint", "log") if name in options}
    return training.train("lenet5", small, replace(zoo.Recipe(epochs=3, batch_size=32), **options), **kept)


def weights(model: Any) -> NDArray[Any]:
    return np.concatenate([weight.ravel() for weight in model.get_weights()])


@pytest.fixture(scope="module")
def reference(small: datasets.Dataset) -> training.Training:
    return run(small)


def test_unknown_names(small: datasets.Dataset) -> None:
    with pytest.raises(
        UsageError, match=r"unknown network 'lenet6' \(did you mean 'lenet5'\?\); choose one of: lenet5"
    ):
        zoo.build("lenet6")
    with pytest.raises(UsageError, match="unknown loss 'hinge'; choose one of: cross_entropy, squared_error"):
        run(small, loss="hinge")
    with pytest.raises(UsageError, match="unknown trained network 'nothing'; "):
        zoo.trained("nothing")


def test_cross_entropy() -> None:
    target = np.array([[0, 1], [1, 0]], np.float32)
    values = losses.cross_entropy(target, np.array([[0.5, 0.5], [1, 0]], np.float32))
    np.testing.assert_allclose(values, [math.log(2), 0], atol=1e-6)


@pytest.fixture(scope="module")
def images(small: datasets.Dataset) -> NDArray[Any]:
    return datasets.to_input(small.train.images[:16])


def views(images: NDArray[Any], key: tuple[int, int] = (0, 0), **strength: float) -> NDArray[Any]:
    only = replace(augmentation.Warp(rotation=0, scale=0, shear=0, shift=0, elastic=0), **strength)  # type: ignore[arg-type]
    moved: NDArray[Any] = only(images, np.array(key, np.int32)).numpy()
    return moved


def test_augmentation_of_no_strength_changes_nothing(images: NDArray[Any]) -> None:
    np.testing.assert_allclose(views(images), images, atol=1e-5)


@pytest.mark.parametrize(
    ("limit", "value"), [("rotation", 30), ("scale", 0.3), ("shear", 0.3), ("shift", 3), ("elastic", 2)]
)
def test_each_augmentation_depends_on_its_key_alone(images: NDArray[Any], limit: str, value: float) -> None:
    first = views(images, (1, 2), **{limit: value})
    assert (first == views(images, (1, 2), **{limit: value})).all()
    assert np.abs(first - views(images, (1, 3), **{limit: value})).mean() > 0.01
    assert np.abs(first - images).mean() > 0.01
    assert first.min() >= 0
    assert first.max() <= 1 + 1e-5


def test_crops_are_shifts_by_whole_pixels_and_half_are_mirrored() -> None:
    picture = np.arange(1, 1 + 8 * 8 * 3, dtype=np.float32).reshape(1, 8, 8, 3)
    key = np.array((1, 2), np.int32)
    seen = augmentation.CropFlip(shift=2)(np.repeat(picture, 200, axis=0), key).numpy()
    padded = np.pad(picture[0], ((2, 2), (2, 2), (0, 0)))
    possible = {
        (y, x, flip): window[:, ::-1] if flip else window
        for y in range(5)
        for x in range(5)
        for flip in (False, True)
        for window in [padded[y : y + 8, x : x + 8]]
    }
    drawn = [[place for place, view in possible.items() if (view == one).all()] for one in seen]
    assert all(len(places) == 1 for places in drawn)
    assert {places[0][:2] for places in drawn} == {(y, x) for y in range(5) for x in range(5)}
    assert 70 < sum(places[0][2] for places in drawn) < 130
    plain = augmentation.CropFlip(shift=0, flip=False)(picture, key)
    assert (plain.numpy() == picture).all()


def test_outside_of_an_image_is_black() -> None:
    white = np.ones((64, 32, 32, 1), np.float32)
    seen = views(white, shift=40.0)
    assert seen.min() == 0
    assert 0.1 < seen.mean() < 0.5  # E[max(0, 1 - |shift| / 32)]^2 = 0.16, and a border that fades


def test_the_same_seed_gives_the_same_model(small: datasets.Dataset, reference: training.Training) -> None:
    np.testing.assert_allclose(weights(run(small).model), weights(reference.model), atol=1e-6)
    assert np.abs(weights(run(small, seed=1, epochs=1).model) - weights(reference.model)).max() > 0.01


def test_an_interrupted_run_resumes_to_the_same_weights(
    small: datasets.Dataset, reference: training.Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = tmp_path / "run.checkpoint"
    accuracy_of, calls = training.accuracy_of, []

    def interrupted(*arguments: Any) -> Accuracy:
        calls.append(1)
        if len(calls) == 2:  # in the second epoch, after its weights have changed
            raise KeyboardInterrupt
        return accuracy_of(*arguments)

    monkeypatch.setattr(training, "accuracy_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(small, checkpoint=checkpoint)
    resumed = run(small, checkpoint=checkpoint)
    assert len(calls) == 4  # the epochs 1, 2 (lost), 2, 3
    assert len(resumed.history) == 3
    np.testing.assert_allclose(weights(resumed.model), weights(reference.model), atol=1e-6)
    assert [epoch.loss for epoch in resumed.history] == pytest.approx([epoch.loss for epoch in reference.history])

    training.save(resumed, tmp_path / "run.keras")
    assert [path.name for path in tmp_path.iterdir()] == ["run.keras"]


@pytest.mark.parametrize("other", [{"seed": 1}, {"epochs": 2}, {"loss": "squared_error"}, {"learning_rate": 0.1}])
def test_the_checkpoint_of_another_training_is_refused(
    small: datasets.Dataset, reference: training.Training, tmp_path: Path, other: dict[str, Any]
) -> None:
    checkpoint = tmp_path / "run.checkpoint"
    training._keep(checkpoint, reference.provenance, reference.model.variables, list(reference.history))
    before = checkpoint.read_bytes()
    (name,) = other
    with pytest.raises(UsageError, match=rf"checkpoint of another training \({name} "):
        run(small, checkpoint=checkpoint, **other)
    assert checkpoint.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04 cut short"])
def test_a_damaged_checkpoint(small: datasets.Dataset, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.checkpoint").write_bytes(content)
    with pytest.raises(InvalidModelError, match="is not a checkpoint of edgecnn; delete it"):
        run(small, checkpoint=tmp_path / "run.checkpoint")


def test_the_test_split_is_not_touched(small: datasets.Dataset, reference: training.Training) -> None:
    swapped = datasets.Dataset("small", small.train, small.validation, small.validation, small.classes)
    np.testing.assert_allclose(weights(run(swapped).model), weights(reference.model), atol=1e-6)


def test_squared_error_learns(small: datasets.Dataset) -> None:
    history = run(small, loss="squared_error", epochs=4).history
    assert history[-1].loss < history[0].loss


def test_a_saved_model_says_how_it_was_trained(reference: training.Training, tmp_path: Path) -> None:
    import keras

    path = tmp_path / "small.keras"
    training.save(reference, path)
    about = training.provenance(path)
    assert about == reference.provenance
    assert (about["dataset"], about["seed"], about["epochs"], about["loss"]) == ("small", 0, 3, "cross_entropy")
    np.testing.assert_array_equal(weights(keras.saving.load_model(path)), weights(reference.model))
    assert path.stat().st_size < 300_000  # 255 kB of weights: no optimizer state
    assert training.provenance(tmp_path / "missing.keras") == {}


def test_the_committed_network_is_the_one_described() -> None:
    """By the README beside it; that the files are those of the record is tested with the zoo."""
    about = training.provenance(zoo.trained_keras("lenet5_mnist"))
    assert (about["network"], about["dataset"], about["seed"], about["epochs"]) == ("lenet5", "mnist", 0, 45)


def edgecnn(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from edgecnn.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_train_then_quantize_on_the_command_line(tmp_path: Path) -> None:
    from edgecnn.converters.keras_to_tflite import keras_to_tflite

    keras_file, tflite_file = tmp_path / "m.keras", tmp_path / "m.tflite"
    done = edgecnn("train", "lenet5", "-o", keras_file, "--epochs", 1, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert (report["n"], report["parameters"], report["dataset"], report["epochs"]) == (400, 63802, "digits", 1)
    assert report["interval"][0] < report["accuracy"] < report["interval"][1]

    done = edgecnn("quantize", keras_file, "-o", tflite_file)
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    assert all(line.startswith("Warning: layer ") for line in done.stderr.splitlines())
    assert f"{tflite_file.stat().st_size:,} bytes" in done.stdout
    # Another process, the same bytes.
    images = datasets.load("digits").train.images[:1000]
    assert keras_to_tflite(keras_file, images).model == tflite_file.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.keras", "m.tflite"]


def test_errors_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "broken.keras").write_bytes(b"nonsense")
    done = edgecnn("quantize", tmp_path / "broken.keras", "-o", tmp_path / "m.tflite")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (22, "", 1)
    assert "broken.keras is not a .keras file" in done.stderr
    done = edgecnn("train", "lenet5", "-o", tmp_path / "m.h5")
    assert done.returncode == 2
    assert "does not end in .keras" in done.stderr


def test_a_network_of_any_shape_is_quantized_and_converted_from_inputs_of_its_own(tmp_path: Path) -> None:
    """No data set of ours has 20 numbers; the user's own do."""
    keras = load_tensorflow().keras
    model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(3, "softmax")])
    model.save(tmp_path / "dense.keras")
    np.save(tmp_path / "inputs.npy", np.random.default_rng(0).normal(0, 1, (100, 20)).astype(np.float32))
    path = tmp_path / "dense.keras"
    command = [sys.executable, "-m", "edgecnn", "convert", str(path), "-o", str(tmp_path / "c")]
    done = subprocess.run(
        [*command, "--representative", str(tmp_path / "inputs.npy")], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    verify(tmp_path / "c", dataset=None, random=50, keras=path).check()
    refused = subprocess.run([*command, "--representative", str(path)], capture_output=True, check=False)
    assert refused.returncode == 2
    assert b"numpy.save" in refused.stderr
