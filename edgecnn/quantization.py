"""From a .keras or .onnx file to int8 TFLite bytes, with images of the data set that it was trained on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from numpy.typing import NDArray

from . import datasets
from .converters.keras_to_tflite import Quantized, input_shape, keras_to_tflite, load_keras
from .converters.onnx_to_tflite import load_onnx, onnx_to_tflite
from .converters.tflite_to_graph import graph_of, read_tflite
from .errors import EdgecnnError, UsageError
from .npy import read_npy
from .progress import busy

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


def _keras(path: Path) -> _Float:
    model = load_keras(path)

    from .qat.rewriting import is_quantization_aware
    from .training import provenance

    dataset, quantize = provenance(path).get("dataset"), partial(keras_to_tflite, model)
    return _Float(input_shape(model), dataset, quantize, aware=is_quantization_aware(model))


def _onnx(path: Path) -> _Float:
    model = load_onnx(path)
    return _Float(model.shape, None, partial(onnx_to_tflite, model), model.inputs)


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
    with it. A result that `edgecnn convert` will not take bears a warning that says why. Raises UsageError without the
    optional packages, without inputs or with some that the model does not need, InvalidModelError or UnsupportedError
    for a file that cannot be quantized.
    """
    model = _FILES.get(path.suffix.lower(), _keras)(path)
    if model.aware and (dataset or representative):
        raise UsageError(f"{path} was trained with --qat and brings its ranges with it; leave out the images.")
    if model.aware:
        inputs, source = None, QUANTIZATION_AWARE
    else:
        inputs, source = _representative(path, dataset or model.dataset, data_dir, representative, model)
    with busy(f"Quantizing {path}"):
        file, warnings = model.quantize(inputs)
    try:
        graph_of(file, path.name)
    except EdgecnnError as error:
        warnings = [*warnings, f"`edgecnn convert` will not take the result: {error}"]
    return Quantized(file, warnings), source


def _representative(
    path: Path, dataset: str | None, data_dir: Path | None, file: Path | None, model: _Float
) -> tuple[NDArray[Any], str]:
    if file is not None:
        return model.inputs(read_npy(file)), file.name
    if dataset is None:
        raise UsageError(
            f"{path} does not say what it was trained on; name a --dataset, or give inputs by --representative."
        )
    return datasets.load(dataset, data_dir, model.shape).train.images[:REPRESENTATIVE], dataset
