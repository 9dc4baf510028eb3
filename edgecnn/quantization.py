"""From a .keras file to int8 TFLite bytes, with images of the data set that it was trained on."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from . import datasets
from .converters.keras_to_tflite import Quantized, keras_to_tflite, load_keras
from .errors import UsageError
from .progress import stderr

REPRESENTATIVE = 1000  # training images whose activations give the ranges


def quantize_file(path: Path, dataset: str | None = None, data_dir: Path | None = None) -> tuple[Quantized, str]:
    """The int8 model of a .keras file and the name of the data set used, by default the one that the file names.

    Raises UsageError without tensorflow or when the data set is unknown, InvalidModelError or UnsupportedError for a
    file that cannot be quantized.
    """
    from .training import provenance

    model = load_keras(path)
    dataset = dataset or provenance(path).get("dataset")
    if dataset is None:
        raise UsageError(f"{path} does not say what it was trained on; name a data set with --dataset.")
    images = datasets.load(dataset, data_dir).train.images[:REPRESENTATIVE]
    with stderr.status(f"Quantizing {path}") if stderr.is_terminal else nullcontext():
        return keras_to_tflite(model, images), dataset
