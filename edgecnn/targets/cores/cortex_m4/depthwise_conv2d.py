"""Depthwise convolutions, four channels at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....fixed_point import Array
from ....ops.depthwise_conv2d import DepthwiseConv2D
from ....ops.kernel import KernelCall, Record
from ....ops.records import Clamp
from ....program.program import Step
from .conv2d import PatchWindow, patch_window
from .scales import BITS, FOLDER, Words, pairs, requantization, scaled_bias


@dataclass(frozen=True, eq=False)
class Depthwise3x3(Record):
    """`weights` has, for each four channels, biases, words and how sums become codes."""

    window: PatchWindow
    clamp: Clamp
    weights: Array


def depthwise_conv2d_3x3(step: Step) -> KernelCall | None:
    """Filters of 3 x 3 and a multiple of 4 channels, each giving one."""
    match step.ops:
        case (DepthwiseConv2D() as conv,) if _serves(conv):
            to_codes = requantization(conv)
            return None if to_codes is None else _call(conv, to_codes)
    return None


def _serves(conv: DepthwiseConv2D) -> bool:
    form = {(axis.taps, axis.dilation) for axis in (conv.window.height, conv.window.width)}
    return conv.multiplier == 1 and conv.channels % 4 == 0 and form == {(3, 1)}


def _call(conv: DepthwiseConv2D, to_codes: Words) -> KernelCall:
    fours = conv.channels // 4
    weights = conv.weights.reshape(fours, 2, 2, 9).astype(np.int64) << BITS  # channel / 2, channel % 2
    words = pairs(weights.transpose(0, 3, 2, 1)).reshape(fours, -1)
    bias = scaled_bias(conv).astype(np.int32).reshape(fours, 4)
    packed = np.hstack([bias, words, to_codes.reshape(fours, -1)])
    params = Depthwise3x3(patch_window(conv, 3 * conv.channels), conv.output_codes.clamp, packed)
    leads = {0: conv.window.lead(conv.channels, conv.channels, early=conv.channels)}
    scratch = 1 if conv.window.inside else 9 * conv.channels  # a copy of a window that reaches over the edge
    return KernelCall("depthwise_conv2d_3x3_s8", params, scratch, leads, folder=FOLDER)
