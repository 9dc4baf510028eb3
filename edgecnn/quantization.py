"""From a .keras file to int8 TFLite bytes, with images of the data set that it was trained on."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import datasets
from .converters.keras_to_tflite import Quantized, input_shape, keras_to_tflite, load_keras
from .converters.tflite_to_graph import graph_of
from .errors import EdgecnnError, UsageError
from .progress import stderr

REPRESENTATIVE = 1000  # training images whose activations give the ranges
QUANTIZATION_AWARE = "quantization-aware training"


def quantize_file(
    path: Path, dataset: str | None = None, data_dir: Path | None = None, representative: Path | None = None
) -> tuple[Quantized, str]:
    """The int8 model of a .keras file, and what its ranges come from.

    That is the real inputs in the .npy file `representative`, else the data set, by default the one that the .keras
    file names; a model that was trained quantization-aware brings its ranges with it. A result that `edgecnn convert`
    will not take bears a warning that says why. Raises UsageError without tensorflow, without inputs or with some that
    the model does not need, InvalidModelError or UnsupportedError for a file that cannot be quantized.
    """
    model = load_keras(path)

    from .qat.rewriting import is_quantization_aware
    from .training import provenance

    inputs, source = None, QUANTIZATION_AWARE
    if not is_quantization_aware(model):
        trained_on = provenance(path).get("dataset")
        inputs, source = _representative(path, dataset or trained_on, data_dir, representative, input_shape(model))
    elif dataset or representative:
        raise UsageError(f"{path} was trained with --qat and brings its ranges with it; leave out the images.")
    with stderr.status(f"Quantizing {path}") if stderr.is_terminal else nullcontext():
        file, warnings = keras_to_tflite(model, inputs)
    try:
        graph_of(file, path.name)
    except EdgecnnError as error:
        warnings = [*warnings, f"`edgecnn convert` will not take the result: {error}"]
    return Quantized(file, warnings), source


def _representative(
    path: Path, dataset: str | None, data_dir: Path | None, file: Path | None, shape: tuple[int, ...]
) -> tuple[NDArray[Any], str]:
    if file is not None:
        try:
            inputs = np.load(file, allow_pickle=False)
            if not isinstance(inputs, np.ndarray):
                raise ValueError("an archive")
            return inputs, file.name
        except (OSError, ValueError, EOFError) as error:
            raise UsageError(f"{file} is not a .npy file of inputs ({error}); save one with numpy.save.") from error
    if dataset is None:
        raise UsageError(
            f"{path} does not say what it was trained on; name a --dataset, or give inputs by --representative."
        )
    return datasets.load(dataset, data_dir, shape).train.images[:REPRESENTATIVE], dataset
