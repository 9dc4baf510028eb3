"""Make every op's output readable: list them all as outputs of the graph, in a copy of the model.

This is the only trustworthy way to see intermediate values: the interpreters reuse the memory of a tensor that is not
an output, and tflite_runtime's `experimental_preserve_all_tensors` returns wrong values for some ops.
"""

import struct
from typing import Any, NamedTuple

from tflite.Model import Model
from tflite.SubGraph import SubGraph
from tflite.TensorType import TensorType

from ..errors import InvalidModelError

_OUTPUTS_FIELD = 8  # the vtable slot of SubGraph.outputs in the schema


class Exposed(NamedTuple):
    """A patched model, its inputs in order, and the tensor indices of its outputs in order (the original ones first).

    `remembers` says whether it has variables, so that an inference follows from those before it.
    """

    model: bytes
    inputs: tuple["Input", ...]
    outputs: tuple[int, ...]
    remembers: bool


class Input(NamedTuple):
    """An input of the file; `quantization` is (scale, zero point) of the QUANTIZE after one of float32, else None."""

    tensor: int
    quantization: tuple[float, int] | None


def expose(model: bytes) -> Exposed:
    """Return `model` with every op's output listed as a graph output; all bytes but one offset stay as they are.

    Raises InvalidModelError when `model` is no TFLite file with an input, or computes nothing.
    """
    if model[4:8] != b"TFL3":
        raise InvalidModelError("the oracle was given something that is not a TFLite file; give it one with a network.")
    try:
        return _expose(model)
    except (AttributeError, IndexError, TypeError, ValueError, struct.error) as error:
        raise InvalidModelError(f"the TFLite file is damaged ({error}); convert the network again.") from error


def _expose(model: bytes) -> Exposed:
    root = Model.GetRootAs(model)
    if root.SubgraphsLength() == 0 or root.Subgraphs(0).InputsLength() == 0:
        raise ValueError("no network, or none with an input")
    graph: SubGraph = root.Subgraphs(0)
    if graph.OutputsLength() == 0:
        raise ValueError("no outputs")
    given = [graph.Inputs(i) for i in range(graph.InputsLength())]

    def computed(tensor: int) -> bool:
        constant = root.Buffers(graph.Tensors(tensor).Buffer()).DataLength() > 0
        return not constant and tensor not in given and graph.Tensors(tensor).Type() != TensorType.RESOURCE

    listed = [graph.Outputs(i) for i in range(graph.OutputsLength())]
    for i in range(graph.OperatorsLength()):
        op = graph.Operators(i)
        listed += [op.Outputs(j) for j in range(op.OutputsLength())]
    outputs = tuple(tensor for tensor in dict.fromkeys(listed) if computed(tensor))
    if not outputs:
        raise ValueError("nothing is computed")
    inputs = tuple(Input(tensor, _quantization(graph, tensor)) for tensor in given)
    remembers = any(tensor.Type() == TensorType.RESOURCE for tensor in _tensors(graph))
    return Exposed(_with_outputs(model, graph, outputs), inputs, outputs, remembers)


def _tensors(graph: SubGraph) -> list[Any]:
    return [graph.Tensors(i) for i in range(graph.TensorsLength())]


def _quantization(graph: SubGraph, given: int) -> tuple[float, int] | None:
    if graph.Tensors(given).Type() != TensorType.FLOAT32:
        return None
    for op in map(graph.Operators, range(graph.OperatorsLength())):
        reads = op.InputsLength() and given in op.InputsAsNumpy()
        parameters = graph.Tensors(op.Outputs(0)).Quantization() if reads else None
        if parameters and parameters.ScaleLength() == 1:
            return float(parameters.Scale(0)), int(parameters.ZeroPoint(0))
    return None


def _with_outputs(model: bytes, graph: SubGraph, outputs: tuple[int, ...]) -> bytes:
    """Append the new vector behind the file and point the graph's `outputs` at it."""
    padding = -len(model) % 4
    vector = len(model) + padding
    field = graph._tab.Pos + graph._tab.Offset(_OUTPUTS_FIELD)
    patched = bytearray(model + bytes(padding) + struct.pack(f"<I{len(outputs)}i", len(outputs), *outputs))
    struct.pack_into("<I", patched, field, vector - field)  # offsets count from where they stand
    return bytes(patched)
