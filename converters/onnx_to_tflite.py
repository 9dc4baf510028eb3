"""From an ONNX file, as PyTorch exports it, to a full-integer int8 TFLite file: by onnx2tf, in a process of its own.

onnx2tf changes the file that it is given, ends the process on an error, and fetches images from the network when it
finds none beside it; so it works on a copy, in a folder that is removed (`onnx_worker` is what runs there).
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edgecnn.errors import EdgecnnError, InvalidModelError, UnsupportedError, UsageError, VerificationError

from .keras_to_tflite import Quantized
from .representative import real

MODEL, INPUTS, RESULT, REFUSAL = "model.onnx", "inputs.npy", "model.tflite", "refusal.json"  # in the worker's folder
_PACKAGES = ("onnx", "onnx2tf", "onnx_graphsurgeon", "onnxsim", "psutil", "sng4onnx", "tensorflow", "tf_keras")
_REFUSALS = {kind.__name__: kind for kind in (InvalidModelError, UnsupportedError, UsageError, VerificationError)}


class OnnxModel(NamedTuple):
    """An ONNX file that was read, the shape of one input as the network on the board reads it, and the input's name."""

    path: Path
    proto: Any
    shape: tuple[int, ...]
    name: str

    def inputs(self, given: NDArray[Any]) -> NDArray[Any]:
        """Inputs in the file's own order, (N, C, H, W), in the board's, (N, H, W, C)."""
        return np.moveaxis(given, 1, -1) if given.ndim == 4 else given


def load_onnx(path: Path) -> OnnxModel:
    """The network in the file `path`.

    Raises UsageError without the optional packages, InvalidModelError for a bad file, UnsupportedError for another
    number of inputs or outputs than one, or an input that is no image (N, C, H, W) or vector (N, n) of fixed size.
    """
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(f"reading ONNX needs {missing[0]}, which is not installed; run: pip install 'edgecnn[onnx]'")
    if not path.is_file():
        raise InvalidModelError(f"there is no file {path}; name an .onnx file.")
    import onnx

    try:
        proto = onnx.load(path)
        onnx.checker.check_model(proto)
    except Exception as error:  # of protobuf, of the checker, of a file with weights that is missing
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InvalidModelError(f"{path} is not a valid ONNX model ({reason}); export it again.") from error
    _refuse_weights_that_are_not_finite(path, proto.graph)
    weights = {tensor.name for tensor in proto.graph.initializer}
    inputs = [value for value in proto.graph.input if value.name not in weights]
    if len(inputs) != 1 or len(proto.graph.output) != 1:
        raise UnsupportedError(
            f"{path} has {len(inputs)} inputs and {len(proto.graph.output)} outputs; export it with one of each."
        )
    kind = inputs[0].type.tensor_type
    shape = tuple(size.dim_value for size in kind.shape.dim)  # 0 where it is not fixed
    if kind.elem_type != onnx.TensorProto.FLOAT or len(shape) not in (2, 4) or 0 in shape[1:]:
        raise UnsupportedError(
            f"{path} reads {inputs[0].name} of shape {list(shape)}; export it with a float32 input (N, C, H, W) or "
            "(N, n), fixed but for N."
        )
    return OnnxModel(path, proto, (*shape[2:], shape[1]), inputs[0].name)


def _refuse_weights_that_are_not_finite(path: Path, graph: Any) -> None:
    from onnx import numpy_helper

    constants = [field.t for node in graph.node if node.op_type == "Constant" for field in node.attribute]
    for tensor in (*graph.initializer, *constants):
        values = numpy_helper.to_array(tensor)
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise InvalidModelError(
                f"{path} has weights '{tensor.name}' with values that are not finite numbers; train it again."
            )


def onnx_to_tflite(model: OnnxModel, representative: NDArray[Any]) -> Quantized:
    """Quantize to int8: input, output, weights per channel and activations; channels are the last axis of the result.

    `representative`: inputs (N, *model.shape) whose activations give the ranges; uint8 pixels are read as pixel / 255,
    floats as they are. Raises UnsupportedError for what onnx2tf or TFLite cannot express, and VerificationError when
    the float network that onnx2tf made does not compute what the ONNX file does.
    """
    if not representative.ndim or representative.shape[1:] != model.shape or not len(representative):
        raise UsageError(
            f"{model.path} reads inputs of shape {model.shape} (channels last) and the representative ones have shape "
            f"{representative.shape[1:]}; give at least one input of the model's shape."
        )
    given = real(representative)
    import onnx

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        onnx.save(model.proto, folder / MODEL)
        np.save(folder / INPUTS, given)
        search = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))  # of onnxsim
        command = [sys.executable, "-m", "edgecnn.converters.onnx_worker"]
        modules = os.pathsep.join(path or os.getcwd() for path in sys.path)  # those that are found here
        environment = {**os.environ, "PATH": search, "PYTHONPATH": modules, "TF_CPP_MIN_LOG_LEVEL": "3"}
        done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
        if (folder / RESULT).is_file():
            return Quantized((folder / RESULT).read_bytes(), [])
        raise _failure(folder / REFUSAL, model.path, done)


def _failure(refusal: Path, path: Path, done: subprocess.CompletedProcess[bytes]) -> EdgecnnError:
    if refusal.is_file():
        kind, reason = json.loads(refusal.read_text())
        return _REFUSALS[kind](f"{path}: {reason}")
    lines = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
    last = lines[-1].strip() if lines else f"it ended with code {done.returncode}"
    return UnsupportedError(f"{path}: onnx2tf cannot express it ({last}); export simpler ops, or a newer opset.")
