"""From a float Keras model to a full-integer int8 TFLite file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from edgecnn.errors import UnsupportedError, UsageError

from .keras_archive import check_archive, refusal
from .keras_channels import channel_warnings, refuse_weights_that_are_not_finite
from .precision import refuse_float
from .representative import real


class Quantized(NamedTuple):
    """A TFLite file, and what to know about it: one sentence per warning."""

    model: bytes
    warnings: list[str]


@contextmanager
def _descriptors_silenced() -> Iterator[None]:
    """Keep away what C++ writes to stdout and stderr: TensorFlow talks past every setting of its own."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    try:
        with open(os.devnull, "w") as sink:
            for descriptor in (1, 2):
                os.dup2(sink.fileno(), descriptor)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, descriptor)
            os.close(copy)


@contextmanager
def silence() -> Iterator[None]:
    """The same for Python's streams too, which need not be on those descriptors (in a notebook, in a test)."""
    with open(os.devnull, "w") as sink, _descriptors_silenced(), redirect_stdout(sink), redirect_stderr(sink):
        yield


def load_tensorflow() -> Any:
    """Import TensorFlow without its chatter; raises UsageError when it is not installed."""
    if "tensorflow" in sys.modules:
        return sys.modules["tensorflow"]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    try:
        with _descriptors_silenced():  # not the streams: logging handlers made here keep sys.stderr for good
            import tensorflow as tf
    except ImportError as error:
        raise UsageError(
            "training and quantizing need TensorFlow, which is not installed; run: pip install 'edgecnn[train]'"
        ) from error
    return tf


def load_keras(path: Path) -> Any:
    """The Keras model in the file `path`, without running code from it; raises InvalidModelError."""
    check_archive(path)
    load_tensorflow()
    import keras

    from . import keras_layers  # noqa: F401  registered with Keras by its import

    try:
        with silence():
            return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever the damaged part happens to cause
        raise refusal(path, error) from error


def keras_to_tflite(model: Any, representative: npt.NDArray[Any] | None) -> Quantized:
    """Quantize a Keras model (or the .keras file at a path) to int8: input, output, weights and activations.

    `representative`: images (N, H, W, C) whose activations give the ranges; uint8 pixels are read as pixel / 255, and
    floats as they are. Batch is 1; weights are per channel. The same model and images give the same bytes. For a model
    that was trained with fake quantization, it is None: its ranges are in it.

    Raises InvalidModelError for a file that is not a Keras model, and for weights or activations that are not finite;
    UsageError for images of another shape or type, or with values that are not finite; UnsupportedError for a model
    with several inputs or outputs, a dimension that is not fixed, or a layer that TFLite does not make int8 of.
    """
    tf = load_tensorflow()
    import keras

    if isinstance(model, str | os.PathLike):
        model = load_keras(Path(model))
    shape = input_shape(model)
    if representative is not None and (
        not representative.ndim or representative.shape[1:] != shape or not len(representative)
    ):
        raise UsageError(
            f"the model reads images of shape {shape} and the representative images have shape "
            f"{representative.shape[1:]}; give at least one image of the model's shape."
        )
    data = None if representative is None else real(representative)
    refuse_weights_that_are_not_finite(model)
    warnings = [] if data is None else channel_warnings(model, data)
    image = keras.Input(batch_shape=(1, *shape), name="image")  # a fixed batch leaves no shape arithmetic in the graph
    try:
        with silence():
            whole = keras.Model(image, model(image), name=model.name)
            content = int8(tf.lite.TFLiteConverter.from_keras_model(whole), data)
    except Exception as error:  # the converter has no exception type of its own for each of its stages
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise UnsupportedError(f"TFLite cannot express the model '{model.name}': {reason}") from error
    refuse_float(content, f"the model '{model.name}'")
    return Quantized(content, warnings)


def int8(converter: Any, data: npt.NDArray[np.float32] | None) -> bytes:
    """What a TFLiteConverter makes when all is to be int8; `data` (N, ...) gives the ranges that are not there."""
    tf = load_tensorflow()
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    if data is not None:
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.representative_dataset = lambda: ([one[None]] for one in data)
    return bytes(converter.convert())


def input_shape(model: Any) -> tuple[int, ...]:
    """(H, W, C) of the only input; raises UnsupportedError."""
    inputs, outputs = getattr(model, "inputs", None), getattr(model, "outputs", None)
    if not inputs or not outputs:
        raise UnsupportedError(f"the model '{model.name}' has no input shape yet; start it with a keras.Input.")
    if len(inputs) != 1 or len(outputs) != 1:
        raise UnsupportedError(
            f"the model '{model.name}' has {len(inputs)} inputs and {len(outputs)} outputs; give it one of each."
        )
    shape = tuple(inputs[0].shape[1:])
    if inputs[0].dtype == "string":
        raise UnsupportedError(f"the model '{model.name}' reads text; give it an input of numbers.")
    if None in shape:
        raise UnsupportedError(
            f"the model '{model.name}' reads images of shape {shape}; build it with a fixed size in each dimension."
        )
    return shape
