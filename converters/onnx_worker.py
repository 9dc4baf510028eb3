"""The process behind `onnx_to_tflite`: `python -m edgecnn.converters.onnx_worker`, in a folder with its files.

Leaves the int8 model there, or why there is none.
"""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgecnn.errors import EdgecnnError, UnsupportedError, VerificationError

from .keras_to_tflite import int8, load_tensorflow
from .onnx_to_tflite import INPUTS, MODEL, REFUSAL, RESULT
from .precision import refuse_float

# onnx2tf tries its layers on images for which it looks here, and else in the network.
_IMAGES = "calibration_image_sample_data_20x128x128x3_float32.npy"
_COMPARED = 3  # inputs on which what onnx2tf made must agree with the file
_TOLERANCE = 1e-3  # of the largest output: float32, added up in another order

# What is never negative, and what is not if what it reads is not: there a border of zeros is as good as none.
_NEVER_NEGATIVE = {"Relu", "Sigmoid", "Softmax"}
_AS_ITS_INPUTS = {"MaxPool", "AveragePool", "GlobalAveragePool", "Concat", "Dropout", "Identity", "Pad"}


def pad_before_max_pool(model: Any) -> None:
    """Give what a MaxPool pads a border of zeros instead: onnx2tf pads with the least float, which ruins the scale."""
    from onnx import helper, numpy_helper

    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    for index, node in reversed(list(enumerate(graph.node))):
        pads = next((field.ints for field in node.attribute if field.name == "pads"), ())
        if node.op_type != "MaxPool" or not any(pads):
            continue
        if not _is_never_negative(node.input[0], makers):
            raise UnsupportedError(
                f"MaxPool '{node.name or node.output[0]}' pads what may be negative; put a ReLU before it."
            )
        half, name = len(pads) // 2, f"{node.output[0]}_padded"
        border = np.array([0, 0, *pads[:half], 0, 0, *pads[half:]], np.int64)
        graph.initializer.append(numpy_helper.from_array(border, f"{name}_by"))
        graph.node.insert(index, helper.make_node("Pad", [node.input[0], f"{name}_by"], [name], name=name))
        node.input[0] = name
        node.attribute.remove(next(field for field in node.attribute if field.name == "pads"))


def _is_never_negative(name: str, makers: dict[str, Any]) -> bool:
    waiting = [name]
    while waiting:
        node = makers.get(waiting.pop())
        if node is None or node.op_type not in _NEVER_NEGATIVE | _AS_ITS_INPUTS:
            return False
        if node.op_type in _AS_ITS_INPUTS:
            waiting += node.input if node.op_type == "Concat" else node.input[:1]
    return True


def _converted() -> Any:
    """The network as a model of tf_keras."""
    tf = load_tensorflow()
    # onnx2tf imports LiteRT's interpreter, for checks that are not asked for here; TensorFlow's has the same form.
    stand_in = types.ModuleType("ai_edge_litert.interpreter")
    stand_in.Interpreter = tf.lite.Interpreter  # type: ignore[attr-defined]
    sys.modules.setdefault("ai_edge_litert.interpreter", stand_in)
    np.save(_IMAGES, np.random.RandomState(0).random_sample((20, 128, 128, 3)).astype(np.float32))
    import onnx2tf

    return onnx2tf.convert(
        input_onnx_file_path=MODEL,
        output_folder_path="saved_model",
        batch_size=1,
        disable_model_save=True,
        non_verbose=True,
    )


def compare(proto: Any, network: Any, inputs: NDArray[np.float32]) -> None:
    """ONNX's own definition of its ops, in NumPy, against what onnx2tf made."""
    from onnx.reference import ReferenceEvaluator

    reference = ReferenceEvaluator(proto)
    for one in inputs[:_COMPARED, None]:
        (output,) = reference.run(None, {reference.input_names[0]: np.moveaxis(one, -1, 1)})
        given, expected = np.asarray(network(one)), np.asarray(output)
        expected = np.moveaxis(expected, 1, -1) if expected.ndim == 4 else expected
        difference = np.abs(given.reshape(expected.shape) - expected).max() if given.size == expected.size else np.inf
        if not difference <= _TOLERANCE * np.abs(expected).max():
            raise VerificationError(f"what onnx2tf made of it differs by {difference:.3g}; export it in simpler ops.")


def convert() -> bytes:
    """The int8 model."""
    import onnx

    proto = onnx.load(MODEL)
    inputs = np.load(INPUTS)
    changed = onnx.ModelProto()
    changed.CopyFrom(proto)
    pad_before_max_pool(changed)
    onnx.save(changed, MODEL)
    network = _converted()
    compare(proto, network, inputs)
    tf = load_tensorflow()
    signature = [tf.TensorSpec((1, *inputs.shape[1:]), tf.float32, name="image")]
    function = tf.function(lambda image: network(image), input_signature=signature).get_concrete_function()
    content = int8(tf.lite.TFLiteConverter.from_concrete_functions([function], network), inputs)
    refuse_float(content, "it")
    return content


def main() -> None:
    """See the module's text."""
    try:
        Path(RESULT).write_bytes(convert())
    except EdgecnnError as error:
        Path(REFUSAL).write_text(json.dumps([type(error).__name__, str(error)]))


if __name__ == "__main__":
    main()
