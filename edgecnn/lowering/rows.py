"""The first steps of a network row by row, so that neither its input nor the maps between them need fit as a whole."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..fixed_point import INT8_MIN
from ..graph import Graph
from ..ops.average_pool2d import AveragePool2D
from ..ops.conv2d import Conv2D
from ..ops.lookup import LookupOp
from ..ops.max_pool2d import MaxPool2D
from ..ops.op import KernelCall, Op
from ..ops.window import Axis, Window
from ..targets import Target
from ..tensor import Tensor
from .fusion import FUSIONS
from .program import Stage, Step


@dataclass(frozen=True)
class _Kind:
    """How ops of a kind go by rows: the axis along the height, the code of a row of padding (None: there is none that
    counts for nothing), and the op on an axis of another size."""

    height: Callable[[Any], Axis]
    padding: Callable[[Any], int | None]
    resized: Callable[[Any, Axis], dict[str, Any]]


def _window(padding: Callable[[Any], int | None]) -> _Kind:
    return _Kind(
        height=lambda op: op.window.height,
        padding=padding,
        resized=lambda op, height: {"window": Window(height, op.window.width)},
    )


_KINDS: dict[type, _Kind] = {
    Conv2D: _window(lambda op: op.inputs[0].zero_point),
    MaxPool2D: _window(lambda op: INT8_MIN),
    AveragePool2D: _window(lambda op: None),  # it counts its pixels
    LookupOp: _Kind(lambda op: Axis.of(op.output.shape[1], 1, 1, 1, False), lambda op: None, lambda op, height: {}),
}


_MOST_ROWS = 2**15 - 2  # and one more is an int16 in the C


def streamable(steps: Sequence[Step], graph: Graph) -> int:
    """How many of the first `steps` can be streamed: each reads nothing but what the one before it writes."""
    if len(graph.inputs) != 1 or graph.states:
        return 0
    uses = Counter([*(door.tensor for door in graph.outputs), *(tensor for step in steps for tensor in step.inputs)])
    given = graph.input
    for count, step in enumerate(steps):
        if step.inputs != (given,) or uses[given] != 1 or not _goes_by_rows(step):
            return count
        given = step.output
    return len(steps)


def streamed(steps: Sequence[Step], core: Target, optimize: str) -> Step:
    """One step that does what `steps` do, which are streamable, one at least."""
    by_rows = [core.choose(_one_row(step), optimize) for step in steps]
    slabs, scratch = [], 0
    for step in by_rows:
        slabs.append(scratch)
        scratch += -(-step.inputs[0].size // core.alignment) * core.alignment
    stages = tuple(_stage(*each, scratch) for each in zip(steps, by_rows, slabs, strict=True))
    most = max(step.call.scratch for step in by_rows if step.call)
    ops = tuple(op for step in steps for op in step.ops)
    return Step(ops, KernelCall("stream", {}, scratch + most), stages)


def _goes_by_rows(step: Step) -> bool:
    heights = [kind.height(op) for op in step.ops if (kind := _kind(op)) and len(op.output.shape) == 4]
    if len(heights) < len(step.ops):
        return False
    stage = _stage(step, _one_row(step), 0, 0)
    small = max(stage.top + stage.height + stage.bottom, stage.stride) <= _MOST_ROWS
    return small and (heights[0].inside or _padding(step) is not None)


def _kind(op: Op) -> _Kind | None:
    return next((_KINDS[base] for base in type(op).__mro__ if base in _KINDS), None)


def _known(op: Op) -> _Kind:
    kind = _kind(op)
    assert kind, f"{op.kind} does not go by rows"
    return kind


def _padding(step: Step) -> int | None:
    """The code of the rows before and after the input of the first op; those behind it have no padding."""
    return _known(step.ops[0]).padding(step.ops[0])


def _one_row(step: Step) -> Step:
    """`step` for a map of which it writes one row, without padding above and below."""
    ops: list[Op] = []
    rows = 1
    for op in reversed(step.ops):
        kind = _known(op)
        height = kind.height(op)
        read = (rows - 1) * height.stride + (height.taps - 1) * height.dilation + 1
        resized = kind.resized(op, replace(height, input=read, pad=0, output=rows))
        ops.insert(0, replace(op, inputs=(_rows(op.inputs[0], read),), output=_rows(op.output, rows), **resized))
        rows = read
    fusion = FUSIONS[type(ops[0]), type(ops[1])] if len(ops) > 1 else None
    return Step(tuple(ops), fusion(*ops) if fusion else ops[0].kernel_call())


def _rows(tensor: Tensor, rows: int) -> Tensor:
    return replace(tensor, shape=(1, rows, *tensor.shape[2:]))


def _stage(step: Step, by_rows: Step, slab: int, scratch: int) -> Stage:
    heights = [_known(op).height(op) for op in step.ops]
    first, stride = heights[0], math.prod(height.stride for height in heights)
    reached = (heights[-1].output - 1) * stride + by_rows.inputs[0].shape[1]
    bottom = max(0, reached - first.pad - first.input)
    return Stage(by_rows, stride, first.pad, first.input, bottom, _padding(step) or 0, slab, scratch)
