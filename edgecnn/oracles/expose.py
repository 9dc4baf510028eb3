"""Make every op's output readable: list them all as outputs of the graph, in a copy of the model.

This is the only trustworthy way to see intermediate values: the interpreters reuse the memory of a tensor that is not
an output, and tflite_runtime's `experimental_preserve_all_tensors` returns wrong values for some ops.
"""

import struct
from typing import NamedTuple

from tflite.Model import Model
from tflite.SubGraph import SubGraph
from tflite.TensorType import TensorType

from ..errors import InvalidModelError, UnsupportedError

_OUTPUTS_FIELD = 8  # the vtable slot of SubGraph.outputs in the schema
_NO_CHOICE = "; give it a TFLite file with one graph from one input."


class Exposed(NamedTuple):
    """A patched model, the tensor index of its input, and those of its outputs in order (the original ones first).

    `quantization` is (scale, zero point) of the QUANTIZE behind an input of float32; None when the input is int8.
    """

    model: bytes
    input: int
    outputs: tuple[int, ...]
    quantization: tuple[float, int] | None


def expose(model: bytes) -> Exposed:
    """Return `model` with every op's output listed as a graph output; all bytes but one offset stay as they are.

    Raises InvalidModelError or UnsupportedError when `model` is no TFLite file with one graph and one input.
    """
    if model[4:8] != b"TFL3":
        raise InvalidModelError("the oracle was given something that is not a TFLite file" + _NO_CHOICE)
    try:
        return _expose(model)
    except (AttributeError, IndexError, TypeError, ValueError, struct.error) as error:
        raise InvalidModelError(f"the TFLite file is damaged ({error}); convert the network again.") from error


def _expose(model: bytes) -> Exposed:
    root = Model.GetRootAs(model)
    if root.SubgraphsLength() != 1 or root.Subgraphs(0).InputsLength() != 1:
        raise UnsupportedError("an oracle runs only models with one graph and one input" + _NO_CHOICE)
    graph: SubGraph = root.Subgraphs(0)
    if graph.OutputsLength() == 0:
        raise ValueError("no outputs")

    def computed(tensor: int) -> bool:
        return root.Buffers(graph.Tensors(tensor).Buffer()).DataLength() == 0 and tensor != graph.Inputs(0)

    listed = [graph.Outputs(i) for i in range(graph.OutputsLength())]
    for i in range(graph.OperatorsLength()):
        op = graph.Operators(i)
        listed += [op.Outputs(j) for j in range(op.OutputsLength())]
    outputs = tuple(tensor for tensor in dict.fromkeys(listed) if computed(tensor))
    if not outputs:
        raise ValueError("nothing is computed")
    return Exposed(_with_outputs(model, graph, outputs), graph.Inputs(0), outputs, _quantization(graph))


def _quantization(graph: SubGraph) -> tuple[float, int] | None:
    given = graph.Inputs(0)
    if graph.Tensors(given).Type() != TensorType.FLOAT32:
        return None
    for op in map(graph.Operators, range(graph.OperatorsLength())):
        parameters = graph.Tensors(op.Outputs(0)).Quantization() if given in op.InputsAsNumpy() else None
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
