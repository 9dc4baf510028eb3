"""A .tflite file as plain records: bytes in, no meaning yet.

A flatbuffer is offsets all the way down, and a damaged one fails anywhere. So everything is read out here, once, under
one roof that turns any failure into InvalidModelError; what comes after works on checked data.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from edgecnn.errors import InvalidModelError
from edgecnn.printable import printable

_QUANTIZE = "make one of it by `edgecnn quantize`"
_INSTEAD = {".keras": _QUANTIZE, ".onnx": _QUANTIZE}  # what to do with other kinds of files
MAX_ITEMS = 100_000  # tensors, ops, inputs: far above any network, far below a damaged length field


@dataclass(frozen=True)
class RawTensor:
    """`data` is None for what is computed at run time; `signature` has -1 where a dimension is dynamic."""

    index: int
    name: str
    type: str
    shape: tuple[int, ...]
    signature: tuple[int, ...]
    scales: NDArray[np.float32]
    zero_points: NDArray[np.int64]
    quantized_dimension: int
    data: NDArray[Any] | None


@dataclass(frozen=True)
class RawOperator:
    """`inputs` holds -1 for an optional input that is left out."""

    index: int
    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, Any]


@dataclass(frozen=True)
class RawGraph:
    """One subgraph of a file."""

    tensors: tuple[RawTensor, ...]
    operators: tuple[RawOperator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class RawModel:
    """The subgraphs of a file, the network first; `names` are those that its signature gives to inputs and outputs."""

    graphs: tuple[RawGraph, ...]
    names: Mapping[int, str]


def parse(file: bytes, where: str) -> RawModel:
    """The records of a TFLite file; `where` names it in errors.

    Raises InvalidModelError when it is none or is damaged.
    """
    if len(file) < 8 or file[4:8] != b"TFL3":
        advice = _INSTEAD.get(PurePath(where).suffix, "check the path")
        raise InvalidModelError(f"{where} is not a TFLite model: it does not bear the mark TFL3; {advice}.")
    try:
        model = tflite.Model.GetRootAs(file, 0)
        graphs = tuple(_read_graph(model, model.Subgraphs(i)) for i in range(_bounded(model.SubgraphsLength())))
        record = RawModel(graphs, _names(model))
    except Exception as error:  # a damaged flatbuffer may raise anything: struct.error, IndexError, UnicodeError, ...
        raise InvalidModelError(f"{where} is damaged or cut off ({error}); make or copy it again.") from error
    if not graphs:
        raise InvalidModelError(f"{where} has no subgraph and so no network; make or copy it again.")
    return record


def _names(model: Any) -> dict[int, str]:
    """What the only signature of the network calls its inputs and outputs, by tensor."""
    signatures = [model.SignatureDefs(i) for i in range(_bounded(model.SignatureDefsLength()))]
    if len(signatures) != 1 or signatures[0].SubgraphIndex() != 0:
        return {}
    (signature,) = signatures
    maps = [signature.Inputs(i) for i in range(_bounded(signature.InputsLength()))]
    maps += [signature.Outputs(i) for i in range(_bounded(signature.OutputsLength()))]
    return {named.TensorIndex(): _text(named.Name()) for named in maps}


def _read_graph(model: Any, subgraph: Any) -> RawGraph:
    return RawGraph(
        tuple(_read_tensor(model, i, subgraph.Tensors(i)) for i in range(_bounded(subgraph.TensorsLength()))),
        tuple(_read_operator(model, i, subgraph.Operators(i)) for i in range(_bounded(subgraph.OperatorsLength()))),
        _integers(subgraph, "Inputs"),
        _integers(subgraph, "Outputs"),
    )


def _bounded(length: int) -> int:
    if length > MAX_ITEMS:
        raise ValueError(f"a list of {length} items")
    return length


def _integers(table: Any, field: str) -> tuple[int, ...]:
    _bounded(getattr(table, field + "Length")())
    values = getattr(table, field + "AsNumpy")()
    return () if isinstance(values, int) else tuple(int(value) for value in values)


def _name(enumeration: type, value: int) -> str:
    return enumerators(enumeration).get(value, f"{value}")


@cache
def enumerators(enumeration: type) -> dict[int, str]:
    """Number -> name, the first one where several share it.

    Python keeps notes of its own in every class, numbers among them: in 3.13 the line on which it begins.
    """
    named = [(name, number) for name, number in vars(enumeration).items() if not name.startswith("_")]
    return {number: name for name, number in reversed(named) if isinstance(number, int)}


def _text(name: bytes | None) -> str:
    return printable((name or b"").decode())


def _read_tensor(model: Any, index: int, tensor: Any) -> RawTensor:
    kind = _name(tflite.TensorType, tensor.Type())
    shape = _integers(tensor, "Shape")
    if len(shape) > 8 or min(shape, default=0) < 0:
        raise ValueError(f"tensor {index} has shape {list(shape)}")
    quantization = tensor.Quantization()
    scales, zero_points, dimension = np.empty(0, np.float32), np.empty(0, np.int64), 0
    if quantization is not None:
        if quantization.ScaleLength():
            scales = quantization.ScaleAsNumpy()
        if quantization.ZeroPointLength():
            zero_points = quantization.ZeroPointAsNumpy()
        dimension = quantization.QuantizedDimension()
    return RawTensor(
        index=index,
        name=_text(tensor.Name()).split(";")[0] or f"tensor {index}",
        type=kind,
        shape=shape,
        signature=_integers(tensor, "ShapeSignature") or shape,
        scales=scales,
        zero_points=zero_points,
        quantized_dimension=dimension,
        data=_read_data(model, tensor, kind, shape),
    )


def _read_data(model: Any, tensor: Any, kind: str, shape: tuple[int, ...]) -> NDArray[Any] | None:
    if not 0 <= tensor.Buffer() < model.BuffersLength():
        raise ValueError(f"buffer {tensor.Buffer()} does not exist")
    buffer = model.Buffers(tensor.Buffer())
    if not buffer.DataLength():
        return None
    raw: NDArray[Any] = buffer.DataAsNumpy()
    dtypes = {"FLOAT32": "<f4", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8", "INT8": "i1", "UINT8": "u1"}
    if kind not in dtypes:
        return raw  # never used: its type is refused where it matters
    data = np.frombuffer(raw.tobytes(), dtypes[kind])
    if data.size != math.prod(shape):
        raise ValueError(f"a buffer holds {data.size} values for shape {list(shape)}")
    return data.reshape(shape)


def _read_operator(model: Any, index: int, operator: Any) -> RawOperator:
    code = model.OperatorCodes(operator.OpcodeIndex())
    name = _name(tflite.BuiltinOperator, max(code.BuiltinCode(), code.DeprecatedBuiltinCode()))
    if name == "CUSTOM":
        name = f"CUSTOM {_text(code.CustomCode())}".strip()
    return RawOperator(
        index=index,
        name=name,
        inputs=_integers(operator, "Inputs"),
        outputs=_integers(operator, "Outputs"),
        options=_read_options(operator),
    )


# Options that are enumerations, read out by name.
_ENUMERATIONS = {
    "FusedActivationFunction": tflite.ActivationFunctionType,
    "Padding": tflite.Padding,
    "WeightsFormat": tflite.FullyConnectedOptionsWeightsFormat,
}


def _read_options(operator: Any) -> dict[str, Any]:
    """The fields of the operator's options table, under their names in the schema."""
    table_name = _name(tflite.BuiltinOptions, operator.BuiltinOptionsType())
    union = operator.BuiltinOptions()
    if union is None or table_name == "NONE":
        return {}
    table = getattr(tflite, table_name)()
    table.Init(union.Bytes, union.Pos)
    options: dict[str, Any] = {}
    for field, method in inspect.getmembers(table, inspect.ismethod):
        if field in ("Init", "GetRootAs") or field.startswith("GetRootAs") or inspect.signature(method).parameters:
            continue
        value = method()
        options[field] = _name(_ENUMERATIONS[field], value) if field in _ENUMERATIONS else value
    return options
