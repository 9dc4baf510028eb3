"""RV32IMC: no SIMD, but registers for two channels of four pixels, two codes in a word; the weights stay bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...fixed_point import Array
from ...ops.kernel import Record
from ..target import Target
from ..techniques import portable
from ..techniques.swar import CODE, TERMS, Swar, groups

_CHANNELS = 2


@dataclass(frozen=True, eq=False)
class ChannelPairs(Record):
    """Weights of `pairs` of channels in groups: each one's steps (0 after the last of a pair), starts and weights."""

    pairs: int
    steps: Array
    starts: Array
    weights: Array


def _stream(blocks: Array) -> tuple[ChannelPairs, Array]:
    steps: list[int] = []
    starts: list[Array] = []
    weights: list[Array] = []
    totals = np.zeros(blocks.shape[:2], np.int64)
    for block, total in zip(blocks, totals, strict=True):
        for group in groups(block):
            start = CODE * np.maximum(-group, 0).sum(axis=1)
            total += start
            steps.append(group.shape[1] // TERMS)
            starts.append(start * 0x10001)
            weights.append(group.T.ravel())
        steps.append(0)
    return ChannelPairs(
        pairs=len(blocks),
        steps=np.array(steps, np.uint8),
        starts=np.concatenate(starts).astype(np.uint32),
        weights=np.concatenate(weights).astype(np.int8),
    ), totals


SWAR = Swar("swar/riscv", _CHANNELS, _stream)
_KERNELS = (SWAR.conv2d_max_pool2d, SWAR.conv2d, SWAR.fully_connected, *portable.KERNELS)

RV32IMC = Target("rv32imc", "RISC-V RV32IMC", {"speed": _KERNELS, "balanced": _KERNELS}, alignment=4)
