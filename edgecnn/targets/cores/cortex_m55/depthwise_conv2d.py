"""Depthwise convolutions, sixteen codes of a row at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ....fixed_point import Array
from ....ops.depthwise_conv2d import DepthwiseConv2D
from ....ops.kernel import KernelCall, Record
from ....ops.records import Convolution, Requantization, Weighted
from ....program.program import Step
from .channels import FOLDER, VECTOR, brief, by_channel, padded, up

_STEP = 64  # lanes at most that a step of several pixels may have


@dataclass(frozen=True, eq=False)
class DepthwiseMve(Record):
    """Where taps are in copied rows of so many columns, by pairs; each step has so many lanes."""

    conv: Convolution
    pairs: int
    offsets: Array
    lanes: int
    advance: int
    columns: int
    brief: int


def depthwise_conv2d(step: Step) -> KernelCall | None:
    """Any whose products come in pairs that stay within 16 bits."""
    match step.ops:
        case (DepthwiseConv2D() as conv,) if conv.weights.min() >= -127:
            return _call(conv)
    return None


def _call(conv: DepthwiseConv2D) -> KernelCall:
    height, width, channels = conv.window.height, conv.window.width, conv.channels
    columns = (width.output - 1) * width.stride + (width.taps - 1) * width.dilation + 1
    y, x = np.indices((height.taps, width.taps)).reshape(2, -1)
    offsets = padded((y * columns + x * width.dilation) * channels, 2).astype(np.int32)
    together = math.lcm(channels, VECTOR)
    several = width.stride == 1 and together <= max(_STEP, up(channels, VECTOR))
    lanes = together if several else channels
    taps = padded(conv.weights.reshape(channels, -1), 1, 2)
    weights = _blocks(taps, lanes).reshape(-1, VECTOR, len(offsets)).swapaxes(1, 2)
    params = DepthwiseMve(
        conv=Convolution(conv.geometry, by_channel(_in_order_of_sums(conv.weighted, lanes), weights)),
        pairs=len(offsets) // 2,
        offsets=offsets,
        lanes=lanes,
        advance=lanes if several else width.stride * channels,
        columns=columns,
        brief=brief(conv),
    )
    # Rows are copied before any of theirs is written; the last vector may reach over their end.
    leads = {0: conv.window.lead(conv.inputs[0].shape[3], channels)}
    scratch = height.taps * columns * channels + VECTOR - 1
    return KernelCall("depthwise_conv2d_mve_s8", params, scratch, leads, folder=FOLDER)


def _blocks(values: Array, lanes: int) -> Array:
    """(channels, ...) repeated for all lanes of a step, and with zeros for those that fill the last vector."""
    repeated = np.concatenate([values] * (lanes // len(values)))
    return padded(repeated, VECTOR, *[1] * (values.ndim - 1))


def _in_order_of_sums(layer: Weighted, lanes: int) -> Weighted:
    """Its numbers as the sums come."""
    bias, multipliers, shifts = (
        _halves_of_halves(values, lanes)
        for values in (layer.bias, layer.requantization.multipliers, layer.requantization.shifts)
    )
    return replace(layer, bias=bias, requantization=Requantization(multipliers, shifts))


def _halves_of_halves(values: Array, lanes: int) -> Array:
    """Of each sixteen lanes 0, 4, 8, 12, then 2, 6, 10, 14, and the odd ones likewise."""
    quarters = _blocks(values, lanes).reshape(-1, 4, 4).transpose(0, 2, 1)
    return np.ascontiguousarray(quarters[:, [0, 2, 1, 3]]).reshape(-1)
