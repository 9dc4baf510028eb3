"""Raspberry Pi and other Arm computers: NEON, 16 channels of four pixels at once, with SDOT or without.

Convolutions, fully connected layers and sums are served, but for depthwise ones that make several channels of each of
several. Sums begin with the bias and are those of the plain kernels: `Op.accumulator_bound` is all the proof they need.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...fixed_point import Array
from ...ops.add import Add
from ...ops.depthwise_conv2d import DepthwiseConv2D
from ...ops.kernel import KernelCall, Record
from ...ops.records import OutputCodes
from ...ops.weighted import WeightedOp
from ...program.program import Step
from ..target import Pack, Target
from ..techniques.blocks import Blocks, BlocksConvolution

FOLDER = "neon"  # and one in it for each way to multiply
_CHANNELS, _TAPS, _FOUR = 8, 4, 4  # of a block, of a quad, of a register of sums


@dataclass(frozen=True, eq=False)
class AddSame(Record):
    """Two inputs of `size` codes; `sign` belongs to the second, multipliers and shifts to both and to their sum."""

    size: int
    sign: int
    zero_point1: int
    zero_point2: int
    output: OutputCodes
    multipliers: Array
    shifts: Array


def _mlal_weights(blocks: NDArray[np.int8]) -> Array:
    """int16 (blocks, quads, 2, 4, 4), as its bytes."""
    count, _, quads, _ = blocks.shape
    fours = blocks.reshape(count, _CHANNELS // _FOUR, _FOUR, quads, _TAPS).transpose(0, 3, 1, 4, 2)
    return np.ascontiguousarray(fours, "<i2").view(np.int8)


def _shifts(shifts: Array) -> tuple[Array, Array]:
    """Of VRSHL: below zero to the right."""
    return np.maximum(shifts, 0), np.minimum(shifts, 0)


def _provable(_: WeightedOp) -> bool:
    return True


_SDOT = Blocks(
    f"{FOLDER}/sdot",
    channels=_CHANNELS,
    taps=_TAPS,
    alignment=16,
    shifts=_shifts,
    provable=_provable,
    kernels="neon_s8",
    zero=0,
    code=1,
    unit=1,
    beyond=4,
    even=1,
)
_MLAL = replace(_SDOT, folder=f"{FOLDER}/mlal", weights=_mlal_weights, code=2, unit=2, beyond=0)


def _depthwise_conv2d(folder: str) -> Pack:
    """Depthwise convolutions: eight channels of four pixels at a time, a tap where others have a quad."""
    ours = replace(_MLAL, folder=folder, beyond=2 * _CHANNELS)

    def pack(step: Step) -> KernelCall | None:
        match step.ops:
            case (DepthwiseConv2D() as conv,) if conv.multiplier == 1:
                copy = ours.copy(conv)
                offsets = copy.window.astype(np.int32)
                flat = conv.weights.reshape(conv.channels, -1)
                blocks = np.pad(flat, ((0, -conv.channels % _CHANNELS), (0, 0))).reshape(-1, _CHANNELS, len(offsets))
                weights = np.ascontiguousarray(blocks.transpose(0, 2, 1), "<i2").view(np.int8)
                layer = ours.layer(conv, len(offsets), weights, conv.output_codes.clamp)
                assert layer, "all are provable"
                params = BlocksConvolution(layer, ours.geometry(conv, offsets, copy, conv.window))
                return ours.call("depthwise_conv2d", conv, params, copy.size)
        return None

    return pack


def _add_same(folder: str) -> Pack:
    """ADD and SUB of two activations of the output's shape: eight codes at a time."""

    def pack(step: Step) -> KernelCall | None:
        match step.ops:
            case (Add() as op,) if op.elementwise:
                multipliers, shifts = np.array(op.multipliers, np.int32).T
                zeros = op.inputs[0].zero_point, op.inputs[1].zero_point
                params = AddSame(op.output.size, op.sign, *zeros, op.output_codes, multipliers, shifts)
                return KernelCall("add_same_neon_s8", params, leads={0: 0, 1: 0}, folder=folder, alignment=16)
        return None

    return pack


def _target(name: str, title: str, blocks: Blocks, machines: tuple[str, ...] = ()) -> Target:
    kernels = (*blocks.packs, _depthwise_conv2d(blocks.folder), _add_same(blocks.folder))
    return Target(name, title, {"balanced": kernels, "speed": kernels}, alignment=16, machines=machines)


ARMV7_NEON = _target("armv7-neon", "Armv7 with NEON (Raspberry Pi 2, and any later one with a 32-bit system)", _MLAL)
ARMV8 = _target("armv8", "Armv8 (Raspberry Pi 3 and 4)", _MLAL, ("aarch64", "arm64"))
ARMV8_SDOT = _target("armv8-sdot", "Armv8 with SDOT (Raspberry Pi 5)", _SDOT)
