"""Fine-tuning: it resumes, keeps zeros, and is a command."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgecnn import training, zoo
from edgecnn.converters.keras_to_tflite import load_tensorflow
from edgecnn.errors import UsageError
from tests.support.qat import RECIPE, SHAPE, float_training
from tests.support.training_data import small

pytest.importorskip("tensorflow")
keras = load_tensorflow().keras
layers = keras.layers

from edgecnn.qat.fine_tuning import fine_tune  # noqa: E402  it needs TensorFlow


def test_an_interrupted_fine_tuning_resumes_to_the_same_weights(tmp_path: Path) -> None:
    image = keras.Input(SHAPE)
    x = layers.BatchNormalization()(layers.Conv2D(4, 3, strides=2)(image))
    x = layers.Dropout(0.3)(layers.Flatten()(layers.ReLU()(x)))
    start = float_training(keras.Model(image, layers.Dense(4, activation="softmax")(x), name="little"))
    reference = fine_tune(start, small(SHAPE), RECIPE)
    checkpoint = tmp_path / "run.checkpoint"
    lines: list[str] = []

    def stop_at(count: int) -> Callable[[str], None]:
        def write(line: str) -> None:
            lines.append(line)
            if len(lines) == count:
                raise KeyboardInterrupt

        return write

    with pytest.raises(KeyboardInterrupt):
        fine_tune(start, small(SHAPE), RECIPE, checkpoint=checkpoint, log=stop_at(2))
    with pytest.raises(UsageError, match=r"checkpoint of another training \(quantization_aware "):
        fine_tune(start, small(SHAPE), RECIPE, seed=1, checkpoint=checkpoint)
    resumed = fine_tune(start, small(SHAPE), RECIPE, checkpoint=checkpoint, log=lines.append)
    assert [line.partition(":")[0] for line in lines] == ["epoch 1/2", "epoch 2/2", "epoch 2/2"]
    for ours, theirs in zip(resumed.model.get_weights(), reference.model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    training.save(resumed, tmp_path / "run.keras")
    assert [path.name for path in tmp_path.iterdir()] == ["run.keras"]


def test_a_sparse_network_stays_sparse() -> None:
    model = zoo.build("harley", SHAPE, 4)
    zeros = model.get_layer("conv2").kernel.numpy() == 0
    tuned = fine_tune(float_training(model), small(SHAPE), RECIPE)
    kernel = tuned.model.get_layer("conv2").kernel.numpy()
    assert zeros.any()
    assert (kernel[zeros] == 0).all()
    assert (kernel[~zeros] != 0).mean() > 0.9


def edgecnn(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edgecnn", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_the_command_line(tmp_path: Path) -> None:
    """Float and fine-tuning in one command; then the second alone, from a float file, and its proof."""
    both, tuned, log = tmp_path / "both.keras", tmp_path / "tuned.keras", tmp_path / "log"
    done = edgecnn("train", "lenet5", "--qat", "--epochs", 1, "-o", both, "--log", log, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert (report["epochs"], report["quantization_aware"]["epochs"], report["float"]["n"]) == (1, 2, 400)
    assert training.provenance(both)["quantization_aware"] == report["quantization_aware"]
    epochs = [line.split("  ")[1].partition(":")[0] for line in log.read_text().splitlines() if "  epoch" in line]
    assert epochs == ["epoch 1/1", "epoch 1/2", "epoch 2/2"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["both.keras", "log"]

    trained = zoo.trained_keras("lenet5_mnist")
    refused = edgecnn("train", trained, "-o", tuned)
    assert (refused.returncode, refused.stderr) == (2, f"Error: {trained} is trained already; --qat goes on with it.\n")
    done = edgecnn("train", trained, "--qat", "--dataset", "digits", "--epochs", 1, "-o", tuned)
    assert (done.returncode, done.stderr) == (0, "")
    assert "lenet5, 63,814 parameters, 1 epochs with fake quantization on digits" in done.stdout
    about = training.provenance(tuned)
    assert (about["dataset"], about["epochs"], about["quantization_aware"]["dataset"]) == ("mnist", 45, "digits")

    done = edgecnn("quantize", tuned, "-o", tuned.with_suffix(".tflite"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "ranges from quantization-aware training" in done.stdout
    done = edgecnn("verify", tuned.with_suffix(".tflite"), "--limit", 100, "--random", 8)
    assert done.returncode == 0, done.stderr
    assert "float Keras without fake quantization" in done.stdout
    assert "Equal in every byte of every layer" in done.stdout
