"""The other precisions of TFLite, made by its converter: each verb answers in one sentence that says what to do."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgecnn import zoo
from edgecnn.converters.keras_to_tflite import load_tensorflow, silence
from edgecnn.converters.tflite_to_graph import read_tflite
from edgecnn.errors import UnsupportedError
from tests.support.command_line import refused, run

# name: what its sentence says, and what the converter is set to
KINDS: dict[str, tuple[str, bool, dict[str, Any]]] = {
    "float32": ("a float32 model", False, {}),
    "float16": ("a float16 model", True, {"supported_types": ["float16"]}),
    "dynamic": ("a dynamic-range model (its activations are float32)", True, {}),
    "int16x8": (
        "an int16x8 model (its activations have 16 bits)",
        True,
        {"supported_ops": ["EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8"]},
    ),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """LeNet in each of them."""
    tf = load_tensorflow()
    from edgecnn.converters.keras_to_tflite import load_keras

    lenet = load_keras(zoo.trained_keras("lenet5_mnist"))
    images = np.random.default_rng(0).random((3, 1, 32, 32, 1), np.float32)
    folder = tmp_path_factory.mktemp("precisions")
    for name, (_, smaller, target) in KINDS.items():
        converter = tf.lite.TFLiteConverter.from_keras_model(lenet)
        converter.optimizations = [tf.lite.Optimize.DEFAULT] if smaller else []
        for field, (value,) in target.items():
            known = {"supported_types": tf, "supported_ops": tf.lite.OpsSet}[field]
            setattr(converter.target_spec, field, [getattr(known, value)])
        if "supported_ops" in target:
            converter.representative_dataset = lambda: ([image] for image in images)
        with silence():
            (folder / f"{name}.tflite").write_bytes(converter.convert())
    return {name: folder / f"{name}.tflite" for name in KINDS}


@pytest.mark.parametrize("name", KINDS)
def test_the_sentence(name: str, files: dict[str, Path]) -> None:
    with pytest.raises(UnsupportedError) as caught:
        read_tflite(files[name])
    assert str(caught.value) == (
        f"{name}.tflite is {KINDS[name][0]}, not full-integer int8; quantize what it was made from: "
        "`edgecnn quantize MODEL -o MODEL.tflite`, MODEL being the .keras or .onnx file."
    )


def test_verbs_that_read_a_model(files: dict[str, Path], tmp_path: Path) -> None:
    said = "is a float16 model, not full-integer int8; quantize what it was made from: `edgecnn quantize "
    for arguments in (("convert", "-o", tmp_path / "c"), ("verify",), ("quantize", "-o", tmp_path / "q.tflite")):
        refused(21, said, by=run(arguments[0], files["float16"], *arguments[1:]))
    assert list(tmp_path.iterdir()) == []


def test_verbs_that_read_a_folder(files: dict[str, Path]) -> None:
    board = ("--board", "mps2_an386")
    verbs = (
        ("build", *board),
        ("flash", *board),
        ("eval", *board),
        ("profile", *board),
        ("run", "--image", "digit.png"),
    )
    for verb, *options in verbs:
        said = ("is a file", f"`edgecnn convert {files['float32']} -o DIR`")
        refused(22, *said, by=run(verb, files["float32"], *options))


def test_other_files_where_an_int8_file_is_needed(tmp_path: Path) -> None:
    for name in ("m.keras", "m.onnx"):
        shutil.copy(zoo.trained_keras("lenet5_mnist"), tmp_path / name)
        refused(22, f"{name} is not a TFLite model", "`edgecnn quantize`", by=run("verify", tmp_path / name))
    again = run("quantize", zoo.trained("lenet5_mnist"), "-o", tmp_path / "q.tflite")
    refused(2, "is int8 already", "`edgecnn convert`", by=again)
