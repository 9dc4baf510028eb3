"""Files that are no int8 networks as a whole: which of TFLite's other precisions they are in, and what to do then."""

from __future__ import annotations

from collections.abc import Callable

from edgecnn.errors import UnsupportedError

from .tflite_file import RawGraph, parse

Types = set[str]

# What the file is, and how that is seen: by the types of what it computes, and of its constants.
_KINDS: tuple[tuple[str, Callable[[Types, Types], bool]], ...] = (
    (
        "an int16x8 model (its activations have 16 bits)",
        lambda computed, constant: "INT16" in computed and "INT8" in constant - computed,
    ),
    ("a float16 model", lambda computed, constant: _in_float(computed) and "FLOAT16" in constant),
    (
        "a dynamic-range model (its activations are float32)",
        lambda computed, constant: _in_float(computed) and "INT8" in constant,
    ),
    ("a float32 model", lambda computed, constant: _in_float(computed)),
)


def _in_float(computed: Types) -> bool:
    return "FLOAT32" in computed and computed.isdisjoint(("INT8", "UINT8", "INT16"))


def refuse_other_than_int8(model: RawGraph, where: str) -> None:
    """Raise UnsupportedError for a network of another precision; one that is int8 in part is left to its ops."""
    outputs = {index for operator in model.operators for index in operator.outputs}
    computed = {tensor.type for tensor in model.tensors if tensor.index in outputs}
    constant = {tensor.type for tensor in model.tensors if tensor.data is not None}
    for kind, applies in _KINDS:
        if applies(computed, constant):
            raise UnsupportedError(
                f"{where} is {kind}, not full-integer int8; quantize what it was made from: "
                "`edgecnn quantize MODEL -o MODEL.tflite`, MODEL being the .keras or .onnx file."
            )


def refuse_float(content: bytes, of: str) -> None:
    """Raise UnsupportedError unless everything in a file that TFLite's converter made is computed in integers."""
    network = parse(content, of).graphs[0]
    for operator in network.operators:
        made = [network.tensors[index] for index in operator.outputs if network.tensors[index].type.startswith("FLOAT")]
        if made:
            raise UnsupportedError(
                f"TFLite makes no int8 of {of}: it leaves {operator.name} ('{made[0].name}') in {made[0].type.lower()}"
                "; build it of layers that TFLite has in int8."
            )
