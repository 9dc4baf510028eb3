"""Where a file's own input and output are no int8 tensors: the network is what lies between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .tflite_file import RawModel, RawOperator, RawTensor


@dataclass(frozen=True)
class Border:
    """`tensor` is the network's; `operator`, between it and the file's own, is left to the caller: `note` says so."""

    tensor: int
    operator: RawOperator | None = None
    note: str = ""


def entry(model: RawModel, raw: Callable[[int], RawTensor]) -> Border:
    """The network's input: behind a QUANTIZE that alone reads the file's float32 input, else the file's.

    `raw` gives a tensor by its index, or an error.
    """
    given = model.inputs[0]
    readers = [operator for operator in model.operators if given in operator.inputs]
    if raw(given).type != "FLOAT32" or [(r.name, len(r.outputs)) for r in readers] != [("QUANTIZE", 1)]:
        return Border(given)
    tensor = raw(readers[0].outputs[0])
    how = f"code = round(x / {_scale(tensor)}) + {_zero_point(tensor)}, limited to -128 .. 127"
    return Border(tensor.index, readers[0], f"the float32 input of the file is quantized by the caller: {how}.")


def leave(model: RawModel, raw: Callable[[int], RawTensor]) -> Border:
    """The network's output: before a DEQUANTIZE to float32 or an ARG_MAX over the last axis, else the file's."""
    asked = model.outputs[0]
    maker = next((operator for operator in model.operators if asked in operator.outputs), None)
    if maker is None or maker.name not in _LEFT_TO_THE_CALLER or not maker.inputs:
        return Border(asked)
    tensor = raw(maker.inputs[0])
    if tensor.type != "INT8" or (maker.name == "ARG_MAX" and not _over_the_last_axis(maker, tensor, raw)):
        return Border(asked)
    return Border(tensor.index, maker, _LEFT_TO_THE_CALLER[maker.name](tensor))


_LEFT_TO_THE_CALLER: dict[str, Callable[[RawTensor], str]] = {
    "DEQUANTIZE": lambda tensor: (
        f"the float32 output of the file is left to the caller: x = {_scale(tensor)} * (code - {_zero_point(tensor)})."
    ),
    "ARG_MAX": lambda tensor: (
        "the ARG_MAX at the end of the file is left to the caller: the output is what it chooses from, "
        "and it takes the first of the largest codes."
    ),
}


def _over_the_last_axis(operator: RawOperator, tensor: RawTensor, raw: Callable[[int], RawTensor]) -> bool:
    axis = raw(operator.inputs[1]).data if len(operator.inputs) == 2 else None
    return axis is not None and axis.size == 1 and int(axis.item()) in (-1, len(tensor.shape) - 1)


def _scale(tensor: RawTensor) -> str:
    return f"{tensor.scales[0]:.9g}" if len(tensor.scales) else "scale"


def _zero_point(tensor: RawTensor) -> str:
    return f"({tensor.zero_points[0]})" if len(tensor.zero_points) else "zero point"
