"""TFLite to Graph: what the records of a file mean, and one sentence for whatever cannot be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from edgecnn.door import Door
from edgecnn.errors import InvalidModelError, UnsupportedError
from edgecnn.fixed_point import Array
from edgecnn.graph import Graph
from edgecnn.ops import TFLITE_OPS, Op
from edgecnn.ops.assign_variable import AssignVariable
from edgecnn.state import State
from edgecnn.tensor import Tensor

from . import doors
from .labels import classes_in
from .nearest import advice
from .precision import refuse_other_than_int8
from .tflite_file import RawGraph, RawOperator, RawTensor, parse
from .variables import Variable, without_variables

CODES = {"INT8": (-128, 127), "UINT8": (0, 255)}  # types of activations, and their lowest and highest codes
MAX_TENSOR_BYTES = 2**31 - 1  # int32 sizes and offsets in the C code
SCALE_LIMITS = 2.0**-60, 2.0**60  # far beyond any network; products and quotients of two stay within float32
_HOW_TO_QUANTIZE = "quantize it to full-integer int8 (`edgecnn quantize`, or TFLite's inference_input_type = int8)"


def read_tflite(path: str | Path) -> Graph:
    """The int8 network in a .tflite file.

    Raises InvalidModelError when the file is missing, is no TFLite model or is damaged; UnsupportedError when it uses
    what edgecnn does not implement, naming the op or the tensor.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidModelError(f"cannot read {path}: {error.strerror}; check the path.") from error
    return graph_of(data, path.name)


def graph_of(file: bytes, where: str = "the model") -> Graph:
    """The network in the bytes of a TFLite file; `where` names them in errors, which are those of `read_tflite`."""
    model = parse(file, where)
    network, variables = without_variables(model, where)
    reader = _Reader(network, where)
    model = replace(model, graphs=(network,))
    entries, leaves = doors.entries(model, reader.raw, where), doors.leaves(model, reader.raw, where)
    refuse_other_than_int8(network, where)
    states = [(variable, reader.variable(variable)) for variable in variables]
    # From the outputs backwards: what only computes shapes (the SHAPE, STRIDED_SLICE, PACK that Keras' Flatten leaves)
    # is nobody's input here and falls away.
    needed = {leave.tensor for leave in leaves} | {variable.following for variable in variables}
    outside = [entry.operator for entry in entries]
    ops: list[Op] = []
    for operator in reversed(network.operators):
        if needed.isdisjoint(operator.outputs) or any(operator is other for other in outside):
            continue
        for op in reader.ops(operator, needed):
            needed.discard(op.output.index)
            needed.update(tensor.index for tensor in op.inputs)
            ops.insert(0, op)
    given = {entry.tensor for entry in entries}
    if not needed <= given | {variable.tensor for variable in variables} or needed.isdisjoint(given):
        raise InvalidModelError(f"{where} is not in order: its output does not follow from its input by its ops.")
    remembered = [reader.state(variable, tensor) for variable, tensor in states]
    outputs = tuple(map(reader.door, leaves))
    return Graph(
        ops=(*ops, *(op for _, op in remembered)),
        inputs=tuple(map(reader.door, entries)),
        outputs=outputs,
        states=tuple(state for state, _ in remembered),
        source=file,
        notes=tuple(border.note for border in (*entries, *leaves) if border.note),
        classes=classes_in(file, {output.tensor.size for output in outputs}),
    )


class _Reader:
    """Tensors and ops of one file."""

    def __init__(self, graph: RawGraph, where: str):
        self.graph = graph
        self.where = where

    def ops(self, operator: RawOperator, needed: set[int]) -> list[Op]:
        """An op for each output that is needed."""
        node = _Node(self, operator, 0)
        kind = TFLITE_OPS.get(operator.name)
        if kind is None:
            node.refuse(f"is not supported; {advice(operator.name)}")
        self.check_float_island(operator)
        if len(operator.outputs) != 1 and not kind.several_outputs:
            node.invalid(f"has {len(operator.outputs)} outputs instead of one.")
        positions = [position for position, index in enumerate(operator.outputs) if index in needed]
        ops = [kind.read(_Node(self, operator, position)) for position in positions]
        for tensor in (tensor for op in ops for tensor in (*op.inputs, op.output)):
            if tensor.dtype not in kind.types:
                node.refuse(f"has '{tensor.name}' as {tensor.dtype} instead of int8; {_HOW_TO_QUANTIZE}.")
        return ops

    def check_float_island(self, operator: RawOperator) -> None:
        """Name the op that was left in float32, rather than the QUANTIZE behind it."""
        if operator.name == "QUANTIZE" and operator.inputs and self.raw(operator.inputs[0]).type == "FLOAT32":
            for maker in self.graph.operators:
                if operator.inputs[0] in maker.outputs and maker.name not in TFLITE_OPS:
                    _Node(self, maker, 0).refuse(f"is computed in float32; {advice(maker.name)}")

    def raw(self, index: int) -> RawTensor:
        if not 0 <= index < len(self.graph.tensors):
            raise InvalidModelError(f"{self.where} is damaged: tensor {index} does not exist; make or copy it again.")
        return self.graph.tensors[index]

    def tensor(self, index: int) -> Tensor:
        """An activation, checked."""
        raw = self.raw(index)
        place = f"tensor '{raw.name}' of {self.where}"
        if raw.data is not None:
            raise UnsupportedError(f"{place} is a constant where a computed tensor is supported.")
        if not raw.shape:
            raise UnsupportedError(f"{place} has no dimensions; a shape beginning with the batch is needed.")
        return self.quantized(index)

    def door(self, border: doors.Border) -> Door:
        """An input or output of the network: an activation of batch size 1."""
        tensor = self.tensor(border.tensor)
        if tensor.shape[0] != 1:
            place = f"tensor '{tensor.name}' of {self.where}"
            raise UnsupportedError(f"{place} has batch size {tensor.shape[0]}; convert the model with batch size 1.")
        own = border.file
        is_real = border.operator is not None and own.type == "FLOAT32"
        return Door(border.name, tensor, "float32" if is_real else tensor.dtype, own.index if is_real else tensor.index)

    def variable(self, variable: Variable) -> Tensor:
        """What a variable holds at the beginning of an inference."""
        tensor = self.tensor(variable.tensor)
        if variable.initial is not None and variable.initial.shape != tensor.shape:
            raise InvalidModelError(
                f"the variable '{variable.name}' of {self.where} begins with another shape than it has; make the file "
                "again."
            )
        return tensor

    def state(self, variable: Variable, tensor: Tensor) -> tuple[State, Op]:
        """The variable, and the op that ends an inference by putting into it what it holds at the next."""
        written = self.tensor(variable.following)
        following = replace(tensor, index=-1 - tensor.index, name=f"{variable.name} (next)")
        if (written.shape, written.scale, written.zero_point) != (tensor.shape, tensor.scale, tensor.zero_point):
            raise UnsupportedError(
                f"the variable '{variable.name}' of {self.where} is assigned a tensor of another shape or scale than "
                "it has; quantize both alike."
            )
        initial = np.zeros(tensor.shape, tensor.dtype) if variable.initial is None else variable.initial
        return State(variable.name, tensor, following, initial), AssignVariable((written,), following)

    def quantized(self, index: int) -> Tensor:
        """An int8 tensor, computed or constant, checked."""
        raw = self.raw(index)
        place = f"tensor '{raw.name}' of {self.where}"
        if raw.type not in CODES:
            raise UnsupportedError(f"{place} is {raw.type.lower()}, not int8; {_HOW_TO_QUANTIZE}.")
        lowest, highest = CODES[raw.type]
        if any(size < 0 for size in raw.signature[1:]) or 0 in raw.shape:
            raise UnsupportedError(
                f"{place} has the dynamic shape {list(raw.signature)}; fix every size but the batch."
            )
        size = int(np.prod(raw.shape, dtype=object))
        if size > MAX_TENSOR_BYTES:
            raise UnsupportedError(f"{place} has {size} bytes, more than the {MAX_TENSOR_BYTES} that fit an int32.")
        if len(raw.scales) != 1 or len(raw.zero_points) != 1:
            raise UnsupportedError(f"{place} has no quantization (one scale, one zero point); {_HOW_TO_QUANTIZE}.")
        scale, zero_point = float(raw.scales[0]), int(raw.zero_points[0])
        if not (SCALE_LIMITS[0] <= scale <= SCALE_LIMITS[1] and lowest <= zero_point <= highest):
            raise InvalidModelError(f"{place} has scale {scale} and zero point {zero_point}; make the file again.")
        return Tensor(index, raw.name, raw.shape, scale, zero_point, raw.type.lower())


@dataclass(frozen=True)
class _Node:
    """One operator, as `edgecnn.ops.Node` describes."""

    reader: _Reader
    operator: RawOperator
    output_position: int

    @property
    def place(self) -> str:
        outputs = [self.reader.raw(index).name for index in self.operator.outputs]
        return f"op {self.operator.index} {self.operator.name} ('{', '.join(outputs)}') of {self.reader.where}"

    @property
    def output(self) -> Tensor:
        return self.reader.tensor(self.operator.outputs[self.output_position])

    @property
    def input_count(self) -> int:
        inputs = self.operator.inputs
        return len(inputs) - (inputs[-1:] == (-1,))

    def _raw(self, position: int) -> RawTensor:
        if position >= self.input_count or self.operator.inputs[position] < 0:
            self.invalid(f"lacks its input {position}.")
        return self.reader.raw(self.operator.inputs[position])

    def tensor(self, position: int) -> Tensor:
        return self.reader.tensor(self._raw(position).index)

    def is_constant(self, position: int) -> bool:
        return self._raw(position).data is not None

    def constant_tensor(self, position: int) -> Tensor:
        return self.reader.quantized(self._raw(position).index)

    def constant(self, position: int, dtype: str) -> Array:
        raw = self._raw(position)
        if raw.type != dtype:
            self.refuse(f"has '{raw.name}' as {raw.type.lower()} instead of {dtype.lower()}; {_HOW_TO_QUANTIZE}.")
        if raw.data is None:
            self.refuse(f"computes '{raw.name}' at run time; only a constant is supported there.")
        return raw.data

    def weight_scales(self, position: int, channel_axis: int) -> Array:
        raw = self._raw(position)
        if len(raw.scales) not in (1, raw.shape[channel_axis]) or len(raw.zero_points) not in (1, len(raw.scales)):
            self.refuse(f"has '{raw.name}' without a scale per tensor or per output channel; {_HOW_TO_QUANTIZE}.")
        if len(raw.scales) > 1 and raw.quantized_dimension != channel_axis:
            self.refuse(f"has '{raw.name}' quantized along axis {raw.quantized_dimension} instead of {channel_axis}.")
        if np.any(raw.zero_points != 0):
            self.refuse(f"has '{raw.name}' with a zero point other than 0; quantize the weights symmetrically.")
        if not np.all((raw.scales >= SCALE_LIMITS[0]) & (raw.scales <= SCALE_LIMITS[1])):
            self.invalid(f"has '{raw.name}' with a scale that is not a positive number, or is out of all proportion.")
        return raw.scales

    def option(self, name: str) -> Any:
        if name not in self.operator.options:
            self.invalid(f"lacks its option {name}.")
        return self.operator.options[name]

    def refuse(self, reason: str) -> NoReturn:
        raise UnsupportedError(f"{self.place} {reason}")

    def invalid(self, reason: str) -> NoReturn:
        raise InvalidModelError(f"{self.place} {reason}")
