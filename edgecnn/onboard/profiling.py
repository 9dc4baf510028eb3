"""What a network costs on a board: layer by layer what the core executes, and the memory."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import board as boards
from ..building.build import Build, build
from ..converted import Converted, opened
from ..converters.facts import LayerFacts
from ..device.device import Device, Image
from ..emulators import executed
from ..emulators.counter import Counter, counter, counting, logged
from ..support.scratch import scratch_folder
from .connect import attached


@dataclass(frozen=True)
class LayerCost:
    """One layer; `count` is in the profile's unit."""

    number: int
    layer: str
    count: int
    share: float  # of all layers
    macs: int
    per_mac: float | None  # None where the layer multiplies nothing


@dataclass(frozen=True)
class Profile:
    """Costs of the network on one board. Figures of memory are bytes; None: not known there."""

    board: str
    unit: str  # instructions, cycles or ticks
    source: str
    ticks_per_second: int
    layers: list[LayerCost]
    arena: int
    static_ram: int | None
    stack_bound: int | None  # as build computed it
    stack_used: int | None  # the most there ever was since reset, as the board saw it

    @property
    def count(self) -> int:
        """Of all layers."""
        return sum(layer.count for layer in self.layers)

    @property
    def macs(self) -> int:
        """Of all layers."""
        return sum(layer.macs for layer in self.layers)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "count": self.count, "macs": self.macs}


def profile(folder: str | Path | Converted, board: str, *, port: str | None = None, emulated: bool = False) -> Profile:
    """Let the board time its layers; emulated, let the emulator count instructions where it can.

    A board is asked whether what runs there is what would be built here; if not, its static RAM and the bound of its
    stack are not known. Raises the errors of `build` and `attached`.
    """
    facts = boards.load(board)
    network = opened(folder)
    with scratch_folder() as scratch:
        built = build(network, counting(facts) if emulated else facts, scratch / "firmware")
        with attached(network, board, port=port, emulated=emulated, built=built) as device:
            return measure(built, device, network.manifest.layers, emulated=emulated)


def measure(built: Build, device: Device, layers: Sequence[LayerFacts], *, emulated: bool) -> Profile:
    """What `device`, which runs the network whose manifest has `layers`, tells of its costs; see `profile`."""
    info = device.info
    ticks = executed.layers(built) if emulated and logged(built.board) else device.time()
    zeros = {door.name: np.zeros(door.shape, door.tensor.dtype) for door in info.inputs}
    device.infer(zeros)  # the deepest way through the firmware
    same = emulated or device.image() == _image(built)  # else what was computed for `built` says nothing of it
    of = counter(built.board, info.ticks_per_second, emulated=emulated)
    return Profile(
        board=built.board.id,
        unit=of.unit,
        source=of.source,
        ticks_per_second=info.ticks_per_second,
        layers=_costs(layers, ticks, of),
        arena=info.arena,
        static_ram=built.ram if same else None,
        stack_bound=built.stack if same else None,
        stack_used=device.stack(),
    )


def _image(built: Build) -> Image:
    binary = built.folder / "firmware.bin"
    data = binary.read_bytes() if binary.is_file() else b""
    return Image(len(data), zlib.crc32(data))


def _costs(layers: Sequence[LayerFacts], ticks: list[int], of: Counter) -> list[LayerCost]:
    total = max(sum(ticks), 1)
    return [
        LayerCost(
            number=layer.number,
            layer=layer.title,
            count=of.count(taken),
            share=taken / total,
            macs=layer.macs,
            per_mac=of.count(taken) / layer.macs if layer.macs else None,
        )
        for layer, taken in zip(layers, ticks, strict=True)
    ]
