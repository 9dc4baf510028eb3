"""From a .keras or .onnx file to int8 TFLite bytes, with images of the data set that it was trained on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from numpy.typing import NDArray

from . import datasets
from .converters.keras_to_tflite import Quantized, input_shape, keras_to_tflite, load_keras
from .converters.labels import with_classes
from .converters.onnx_to_tflite import load_onnx, onnx_to_tflite
from .converters.tflite_to_graph import graph_of, read_tflite
from .errors import EdgecnnError, UsageError
from .support.npy import read_npy
from .support.progress import busy

REPRESENTATIVE = 1000  # training images whose activations give the ranges
QUANTIZATION_AWARE = "quantization-aware training"


class _Float(NamedTuple):
    """A float model: the shape of its input, what it was trained on, and how it is quantized with inputs."""

    shape: tuple[int, ...]
    dataset: str | None
    quantize: Callable[[NDArray[Any] | None], Quantized]
    inputs: Callable[[NDArray[Any]], NDArray[Any]] = lambda given: given
    """Inputs as the file reads them, brought to `shape`."""
    aware: bool = False
    """Trained quantization-aware: it brings its ranges with it, and is quantized without inputs."""
    classes: tuple[str, ...] = ()
    """Of its training, where that is known."""
    name: str = datasets.INPUT
    """Of its input."""


def _keras(path: Path) -> _Float:
    model = load_keras(path)

    from .qat.rewriting import is_quantization_aware
    from .training import provenance

    about, shape = provenance(path), input_shape(model)
    return _Float(
        shape,
        about.get("dataset"),
        partial(keras_to_tflite, model),
        aware=is_quantization_aware(model),
        classes=tuple(about.get("classes", ())),
        name=str(model.inputs[0].name),
    )


def _onnx(path: Path) -> _Float:
    model = load_onnx(path)
    return _Float(model.shape, None, partial(onnx_to_tflite, model), model.inputs, name=model.name)


def _tflite(path: Path) -> NoReturn:
    read_tflite(path)  # says what to do with a float one
    raise UsageError(f"{path} is int8 already; give it to `edgecnn convert`.")


FLOAT_FILES = {".keras": _keras, ".onnx": _onnx}
_FILES: dict[str, Callable[[Path], _Float]] = {**FLOAT_FILES, ".tflite": _tflite}


def quantize_file(
    path: Path, dataset: str | None = None, data_dir: Path | None = None, representative: Path | None = None
) -> tuple[Quantized, str]:
    """The int8 model of a .keras or .onnx file, and what its ranges come from.

    That is the real inputs in the .npy file `representative`, of the shape that the file itself reads, else the data
    set, by default the one that the .keras file names; a model that was trained quantization-aware brings its ranges
    with it. The names of the classes, of the training or else of the data set, are kept in the result. One that
    `edgecnn convert` will not take bears a warning that says why. Raises UsageError without the optional packages,
    without inputs or with some that the model does not need, InvalidModelError or UnsupportedError for a file that
    cannot be quantized.
    """
    model = _FILES.get(path.suffix.lower(), _keras)(path)
    if model.aware and (dataset or representative):
        raise UsageError(f"{path} was trained with --qat and brings its ranges with it; leave out the images.")
    classes = model.classes
    if model.aware:
        inputs, source = None, QUANTIZATION_AWARE
    elif representative is not None:
        inputs, source = model.inputs(read_npy(representative)), representative.name
    else:
        data = _dataset(path, dataset or model.dataset, data_dir, model)
        inputs, source = data.rows("train").images[:REPRESENTATIVE], dataset or data.name
        classes = classes or data.classes
    with busy(f"Quantizing {path}"):
        file, warnings = model.quantize(inputs)
    try:
        graph = graph_of(file, path.name)
    except EdgecnnError as error:
        warnings = [*warnings, f"`edgecnn convert` will not take the result: {error}"]
    else:
        if len(classes) in {door.tensor.size for door in graph.outputs}:
            file = with_classes(file, classes)
    return Quantized(file, warnings), source


def _dataset(path: Path, name: str | None, data_dir: Path | None, model: _Float) -> datasets.Dataset:
    if name is None:
        raise UsageError(
            f"{path} does not say what it was trained on; name a --dataset, or give inputs by --representative."
        )
    return datasets.load(name, data_dir, model.shape, [model.name])
