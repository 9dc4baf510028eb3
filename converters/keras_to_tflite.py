"""From a float Keras model to a full-integer int8 TFLite file."""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from edgecnn.errors import InvalidModelError, UnsupportedError, UsageError

_WEAK_CODES = 8  # a channel that uses fewer of its tensor's 256 codes has under 3 bits left


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
    load_tensorflow()
    import keras

    if not path.is_file():
        raise InvalidModelError(f"there is no file {path}; name a .keras file.")
    if not zipfile.is_zipfile(path):
        raise InvalidModelError(f"{path} is not a .keras file; save the model with model.save('NAME.keras').")
    import edgecnn.qat.layers  # noqa: F401  registered with Keras by its import

    try:
        with silence():
            return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever the damaged part happens to cause
        if "Lambda" in str(error) or "safe_mode" in str(error):
            raise InvalidModelError(
                f"{path} carries Python code to execute (a Lambda layer), which edgecnn never runs; "
                "replace it by a layer of Keras and save the model again."
            ) from error
        raise InvalidModelError(f"{path} is damaged, or needs code that is not in it; save it again.") from error


def keras_to_tflite(model: Any, representative: npt.NDArray[Any] | None) -> Quantized:
    """Quantize a Keras model (or the .keras file at a path) to int8: input, output, weights and activations.

    `representative`: images (N, H, W, C) whose activations give the ranges; uint8 pixels are read as pixel / 255, and
    floats as they are. Batch is 1; weights are per channel. The same model and images give the same bytes. For a model
    that was trained with fake quantization, it is None: its ranges are in it.

    Raises InvalidModelError for a file that is not a Keras model, and UnsupportedError for a model with several inputs
    or outputs, a dimension that is not fixed, or a layer that TFLite cannot express.
    """
    tf = load_tensorflow()
    import keras

    if isinstance(model, str | os.PathLike):
        model = load_keras(Path(model))
    shape = input_shape(model)
    if representative is not None and (representative.shape[1:] != shape or not len(representative)):
        raise UsageError(
            f"the model reads images of shape {shape} and the representative images have shape "
            f"{representative.shape[1:]}; give at least one image of the model's shape."
        )
    data = None if representative is None else real(representative)
    image = keras.Input(batch_shape=(1, *shape), name="image")  # a fixed batch leaves no shape arithmetic in the graph
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(image, model(image), name=model.name))
    try:
        with silence():
            content = int8(converter, data)
    except Exception as error:  # the converter has no exception type of its own for each of its stages
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise UnsupportedError(f"TFLite cannot express the model '{model.name}': {reason}") from error
    return Quantized(content, [] if data is None else channel_warnings(model, data))


def real(representative: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Inputs as every network reads them: pixels (uint8) as pixel / 255, floats as they are."""
    data = representative.astype(np.float32)
    return data / np.float32(255) if representative.dtype == np.uint8 else data


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
    if None in shape:
        raise UnsupportedError(
            f"the model '{model.name}' reads images of shape {shape}; build it with a fixed size in each dimension."
        )
    return shape


def channel_warnings(model: Any, data: npt.NDArray[np.float32]) -> list[str]:
    """Channels of convolutions, dense layers and activations that carry little or nothing over `data` (N, H, W, C)."""
    import keras

    kinds = (
        keras.layers.Conv2D,
        keras.layers.DepthwiseConv2D,
        keras.layers.Dense,
        keras.layers.ReLU,
        keras.layers.Activation,
    )
    layers = [layer for layer in model.layers if isinstance(layer, kinds)]
    if not layers:
        return []
    probe = keras.Model(model.inputs[0], [layer.output for layer in layers])
    low, high = _channel_ranges(probe, data)
    return [
        sentence
        for layer, a, b in zip(layers, low, high, strict=True)
        for sentence in _channel_sentences(layer.name, a, b)
    ]


def _channel_ranges(probe: Any, data: npt.NDArray[np.float32], batch: int = 100) -> tuple[list[Any], list[Any]]:
    """The least and the greatest value of each channel, per output of `probe`."""
    import keras

    low: list[Any] = []
    high: list[Any] = []
    for start in range(0, len(data), batch):
        outputs = keras.tree.flatten(probe(data[start : start + batch], training=False))
        flat = [np.asarray(output).reshape(-1, output.shape[-1]) for output in outputs]
        low = [np.minimum(a, f.min(0)) for a, f in zip(low, flat, strict=True)] if low else [f.min(0) for f in flat]
        high = [np.maximum(a, f.max(0)) for a, f in zip(high, flat, strict=True)] if high else [f.max(0) for f in flat]
    return low, high


def _channel_sentences(layer: str, low: npt.NDArray[Any], high: npt.NDArray[Any]) -> list[str]:
    """At most one sentence per way in which channels of a layer are of little use."""
    step = (max(high.max(), 0) - min(low.min(), 0)) / 255  # the scale that the whole tensor will have
    constant = high == low
    counts = {
        "are 0 for every representative image (dead)": constant & (high == 0),
        "never change over the representative images (saturated)": constant & (high != 0),
        f"use fewer than {_WEAK_CODES} of the 256 codes, because others have a far greater range": ~constant
        & (high - low < (_WEAK_CODES - 1) * step),
    }
    return [
        f"layer {layer}: {np.count_nonzero(mask)} of {len(mask)} channels {what}."
        for what, mask in counts.items()
        if mask.any()
    ]
