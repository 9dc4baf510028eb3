"""TFLite to Graph: what the records of a file mean, and one sentence for whatever cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from edgecnn.errors import InvalidModelError, UnsupportedError
from edgecnn.fixed_point import Array
from edgecnn.graph import Graph
from edgecnn.ops import TFLITE_OPS, Op
from edgecnn.tensor import Tensor

from . import borders
from .nearest import advice
from .precision import refuse_other_than_int8
from .tflite_file import RawModel, RawOperator, RawTensor, parse

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
    reader = _Reader(model, where)
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise UnsupportedError(
            f"{where} has {len(model.inputs)} inputs and {len(model.outputs)} outputs; only one of each is supported."
        )
    refuse_other_than_int8(model, where)
    entry, leave = borders.entry(model, reader.raw), borders.leave(model, reader.raw)
    # From the output backwards: what only computes shapes (the SHAPE, STRIDED_SLICE, PACK that Keras' Flatten leaves)
    # is nobody's input here and falls away.
    needed = {leave.tensor}
    ops: list[Op] = []
    for operator in reversed(model.operators):
        if needed.isdisjoint(operator.outputs) or operator is entry.operator:
            continue
        for op in reader.ops(operator, needed):
            needed.discard(op.output.index)
            needed.update(tensor.index for tensor in op.inputs)
            ops.insert(0, op)
    if needed != {entry.tensor}:
        raise InvalidModelError(f"{where} is not in order: its output does not follow from its input by its ops.")
    first, last = reader.single(entry.tensor), reader.single(leave.tensor)
    notes = tuple(border.note for border in (entry, leave) if border.note)
    return Graph(tuple(ops), first, last, file, notes)


class _Reader:
    """Tensors and ops of one file."""

    def __init__(self, model: RawModel, where: str):
        self.model = model
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
        return [kind.read(_Node(self, operator, position)) for position in positions]

    def check_float_island(self, operator: RawOperator) -> None:
        """Name the op that was left in float32, rather than the QUANTIZE behind it."""
        if operator.name == "QUANTIZE" and operator.inputs and self.raw(operator.inputs[0]).type == "FLOAT32":
            for maker in self.model.operators:
                if operator.inputs[0] in maker.outputs and maker.name not in TFLITE_OPS:
                    _Node(self, maker, 0).refuse(f"is computed in float32; {advice(maker.name)}")

    def raw(self, index: int) -> RawTensor:
        if not 0 <= index < len(self.model.tensors):
            raise InvalidModelError(f"{self.where} is damaged: tensor {index} does not exist; make or copy it again.")
        return self.model.tensors[index]

    def tensor(self, index: int) -> Tensor:
        """An activation, checked."""
        raw = self.raw(index)
        place = f"tensor '{raw.name}' of {self.where}"
        if raw.data is not None:
            raise UnsupportedError(f"{place} is a constant where a computed tensor is supported.")
        if not raw.shape:
            raise UnsupportedError(f"{place} has no dimensions; a shape beginning with the batch is needed.")
        return self.quantized(index)

    def single(self, index: int) -> Tensor:
        """The network's input or output: an activation of batch size 1."""
        tensor = self.tensor(index)
        if tensor.shape[0] != 1:
            place = f"tensor '{tensor.name}' of {self.where}"
            raise UnsupportedError(f"{place} has batch size {tensor.shape[0]}; convert the model with batch size 1.")
        return tensor

    def quantized(self, index: int) -> Tensor:
        """An int8 tensor, computed or constant, checked."""
        raw = self.raw(index)
        place = f"tensor '{raw.name}' of {self.where}"
        if raw.type != "INT8":
            raise UnsupportedError(f"{place} is {raw.type.lower()}, not int8; {_HOW_TO_QUANTIZE}.")
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
        if not (SCALE_LIMITS[0] <= scale <= SCALE_LIMITS[1] and -128 <= zero_point <= 127):
            raise InvalidModelError(f"{place} has scale {scale} and zero point {zero_point}; make the file again.")
        return Tensor(index, raw.name, raw.shape, scale, zero_point)


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
