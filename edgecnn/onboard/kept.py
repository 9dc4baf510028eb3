"""What a board answered in an earlier, broken run of the same evaluation."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..device.device import Device
from ..door import Codes, give, named, split
from ..graph import Graph
from ..support import paths
from ..support.files import atomic_path
from ..support.progress import note

ASKED_AGAIN = 8  # of the answers that an earlier run kept

Answer = NDArray[np.uint8]  # the bytes of all outputs, one after the other


def answer_of(device: Device, graph: Graph, codes: dict[str, Codes], row: int) -> tuple[Answer, int]:
    """What the board answers to one row, and its ticks."""
    inference = device.infer(give(graph.inputs, [codes[door.name][row] for door in graph.inputs]))
    outputs = named(graph.outputs, inference.codes)
    return np.frombuffer(b"".join(output.tobytes() for output in outputs.values()), np.uint8), inference.ticks


class Kept:
    """Answers in a file that belongs to this program, place, data set and limit alone.

    Of a network with state nothing is kept: a sequence begins anew.
    """

    def __init__(self, device: Device, graph: Graph, data_sha256: str, codes: dict[str, Codes]):
        self.device, self.graph, self.codes = device, graph, codes
        self.count = len(next(iter(codes.values())))
        info, image = device.info, device.image()
        program = (info.board, info.firmware, f"{image.size} {image.crc:08x}", *device.identity)
        key = "\0".join((*program, graph.sha256, data_sha256, str(self.count)))
        self.path: Path = paths.cache() / "eval" / f"{hashlib.sha256(key.encode()).hexdigest()}.npz"

    def recall(self) -> tuple[list[Answer], list[int]]:
        """Answers and ticks; none when there are none, or none that can be read, or the board answers differently now.

        No key can tell all that runs behind a port: some answers are asked for again.
        """
        if self.graph.states:
            self.device.reset()
            return [], []
        answers, ticks = self._read()
        for row in secrets.SystemRandom().sample(range(len(answers)), min(ASKED_AGAIN, len(answers))):
            if not np.array_equal(answer_of(self.device, self.graph, self.codes, row)[0], answers[row]):
                note(
                    f"{self.device.info.board} on {self.device.port} does not answer as it did in an earlier run; all "
                    f"{len(answers):,} answers of that run are thrown away."
                )
                self.forget()
                return [], []
        return answers, ticks

    def _read(self) -> tuple[list[Answer], list[int]]:
        """What the file holds; a damaged one is set aside."""
        try:
            with self.path.open("rb") as file, np.load(file) as kept:
                answers, ticks = kept["answers"], kept["ticks"]
            size = sum(door.tensor.bytes for door in self.graph.outputs)
            if answers.dtype != np.uint8 or answers.shape[1:] != (size,):
                raise ValueError("not the board's answers")
            if ticks.dtype != np.int64 or ticks.shape != answers.shape[:1] or len(answers) > self.count:
                raise ValueError("not a time for each answer")
        except FileNotFoundError:
            return [], []
        except Exception:  # whatever NumPy and zipfile make of a damaged file
            aside = paths.set_aside(self.path)
            note(f"what was kept of an earlier run is damaged and now called {aside}; all images are asked.")
            return [], []
        return list(answers), ticks.tolist()

    def keep(self, answers: list[Answer], ticks: list[int]) -> None:
        """Save them, in one step."""
        if answers and not self.graph.states:
            with atomic_path(self.path) as temporary:
                np.savez(temporary, answers=np.array(answers), ticks=np.array(ticks, np.int64))

    def forget(self) -> None:
        """The run is complete, or worth nothing."""
        self.path.unlink(missing_ok=True)


def by_output(graph: Graph, answers: list[Answer]) -> dict[str, Codes]:
    """The output codes (N, *shape) in the board's answers, by name."""
    parts = split(graph.outputs, np.array(answers))
    return {door.name: part for door, part in zip(graph.outputs, parts, strict=True)}
