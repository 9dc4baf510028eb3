"""A data set streamed through a board, each answer held against the host's."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import datasets, paths
from .device.device import Device, Image
from .errors import TransferError, UsageError, VerificationError, WrongModelError
from .files import atomic_path
from .graph import Graph
from .metrics import Accuracy, accuracy, confusion
from .progress import bar, note

_KEEP_EVERY = 5.0  # seconds between two savings of what was answered so far
_ASKED_AGAIN = 8  # of the answers that an earlier run kept


@dataclass(frozen=True)
class Evaluation:
    """What a board answered; `to_json` is what the command prints with --json."""

    board: str
    model: str
    dataset: str
    accuracy: Accuracy
    unequal_bytes: int
    flips: tuple[int, int]  # right on the host and wrong on the board, wrong on the host and right on the board
    confusion: NDArray[np.int64]
    resumed: int  # images answered in an earlier, broken run
    ticks: int  # median of one inference
    seconds: float  # that many ticks on the board's own clock
    retries: int
    lost: int
    corrupt: int
    firmware: str  # version
    model_sha256: str
    image: Image  # as the board says: what ran there
    wall_seconds: float  # of this run, without the images of an earlier one

    def check(self) -> None:
        """Raise VerificationError when the board computed anything else than the host."""
        if self.unequal_bytes:
            raise VerificationError(
                f"{self.board} and the host differ in {self.unequal_bytes:,} bytes of {self.accuracy.n:,} answers; "
                "run `edgecnn verify` on the folder, then flash the board again."
            )

    def to_json(self) -> dict[str, Any]:
        return {
            "board": self.board,
            "model": self.model,
            "dataset": self.dataset,
            **self.accuracy.to_json(),
            "unequal_bytes": self.unequal_bytes,
            "flips": dict(zip(("right_to_wrong", "wrong_to_right"), self.flips, strict=True)),
            "confusion": self.confusion.tolist(),
            "resumed": self.resumed,
            "ticks": self.ticks,
            "seconds_on_device": self.seconds,
            "retries": self.retries,
            "lost": self.lost,
            "corrupt_frames": self.corrupt,
            "firmware": self.firmware,
            "model_sha256": self.model_sha256,
            "image": {"size": self.image.size, "crc32": f"{self.image.crc:08x}"},
            "wall_seconds": round(self.wall_seconds, 1),
        }


def evaluate(
    device: Device,
    graph: Graph,
    dataset: datasets.Dataset,
    limit: int,
    stopped: Callable[[], bool] = lambda: False,
) -> Evaluation:
    """Send the first `limit` test images of `dataset` to `device`, which runs `graph`.

    What was answered before the connection broke is kept, and the same call goes on from there. In a thread, which no
    interrupt reaches, `stopped` says when to raise KeyboardInterrupt. Raises UsageError when the images do not fit, and
    the errors of `Device.infer`.
    """
    split = dataset.test[:limit]
    if split.images.shape[1:] != graph.input.shape[1:]:
        raise UsageError(f"the images of {dataset.name} do not have the shape that {device.info.model} takes.")
    codes = graph.inputs[0].codes_of_reals(datasets.to_input(split.images))
    memory = _Memory(device, dataset, codes, graph)
    answers, ticks = memory.recall()
    resumed = len(answers)
    start = kept = time.monotonic()
    try:
        with bar(f"{device.info.board}: {dataset.name}", len(codes)) as progress:
            progress.advance(resumed)
            for image in codes[resumed:]:
                if stopped():
                    raise KeyboardInterrupt
                inference = device.infer(image)
                answers.append(inference.codes)
                ticks.append(inference.ticks)
                progress.advance()
                if time.monotonic() - kept > _KEEP_EVERY:
                    memory.keep(answers, ticks)
                    kept = time.monotonic()
    except (TransferError, KeyboardInterrupt):
        memory.keep(answers, ticks)
        raise
    if device.hello().sha256 != device.info.sha256:
        raise WrongModelError(f"another model was flashed to {device.info.board} meanwhile; run the command again.")
    memory.forget()
    return _graded(
        device, graph, dataset.title, split, codes, np.array(answers), ticks, resumed, time.monotonic() - start
    )


def _graded(
    device: Device,
    graph: Graph,
    dataset: str,
    split: datasets.Split,
    codes: NDArray[np.int8],
    answers: NDArray[np.int8],
    ticks: list[int],
    resumed: int,
    wall_seconds: float,
) -> Evaluation:
    host = graph.evaluate(codes).reshape(len(codes), -1)
    board = answers.reshape(len(codes), -1)
    said, meant = board.argmax(axis=1), host.argmax(axis=1)
    right, was_right = said == split.labels, meant == split.labels
    median = int(np.median(ticks))
    return Evaluation(
        board=device.info.board,
        model=device.info.model,
        dataset=dataset,
        accuracy=accuracy(said, split.labels),
        unequal_bytes=int(np.count_nonzero(board != host)),
        flips=(int((was_right & ~right).sum()), int((~was_right & right).sum())),
        confusion=confusion(said, split.labels, graph.output.size),
        resumed=resumed,
        ticks=median,
        seconds=median / device.info.ticks_per_second,
        retries=device.traffic.retries,
        lost=device.traffic.lost,
        corrupt=device.corrupt,
        firmware=device.info.firmware,
        model_sha256=device.info.sha256,
        image=device.image(),
        wall_seconds=wall_seconds,
    )


class _Memory:
    """What a board has answered so far, in a file that belongs to this program, place, data set and limit alone."""

    def __init__(self, device: Device, dataset: datasets.Dataset, codes: NDArray[np.int8], graph: Graph):
        self.device, self.codes = device, codes
        info, image = device.info, device.image()
        program = (info.board, info.firmware, f"{image.size} {image.crc:08x}", *device.identity)
        key = "\0".join((*program, graph.sha256, dataset.sha256, str(len(codes))))
        self.path: Path = paths.cache() / "eval" / f"{hashlib.sha256(key.encode()).hexdigest()}.npz"

    def recall(self) -> tuple[list[NDArray[np.int8]], list[int]]:
        """Answers and ticks; none when there are none, or none that can be read, or the board answers differently now.

        No key can tell all that runs behind a port: some answers are asked for again.
        """
        if self.device.info.has_state:  # a sequence begins anew
            self.device.reset()
            return [], []
        answers, ticks = self._read()
        for index in secrets.SystemRandom().sample(range(len(answers)), min(_ASKED_AGAIN, len(answers))):
            if not np.array_equal(self.device.infer(self.codes[index]).codes, answers[index]):
                note(
                    f"{self.device.info.board} on {self.device.port} does not answer as it did in an earlier run; all "
                    f"{len(answers):,} answers of that run are thrown away."
                )
                self.forget()
                return [], []
        return answers, ticks

    def _read(self) -> tuple[list[NDArray[np.int8]], list[int]]:
        """What the file holds; a damaged one is set aside."""
        try:
            with self.path.open("rb") as file, np.load(file) as kept:
                answers, ticks = kept["answers"], kept["ticks"]
            output = self.device.info.outputs[0]
            if answers.dtype != output.tensor.dtype or answers.shape[1:] != output.shape:
                raise ValueError("not the board's answers")
            if ticks.dtype != np.int64 or ticks.shape != answers.shape[:1] or len(answers) > len(self.codes):
                raise ValueError("not a time for each answer")
        except FileNotFoundError:
            return [], []
        except Exception:  # whatever NumPy and zipfile make of a damaged file
            aside = paths.set_aside(self.path)
            note(f"what was kept of an earlier run is damaged and now called {aside}; all images are asked.")
            return [], []
        return list(answers), ticks.tolist()

    def keep(self, answers: list[NDArray[np.int8]], ticks: list[int]) -> None:
        """Save them, in one step."""
        if answers:
            with atomic_path(self.path) as temporary:
                np.savez(temporary, answers=np.array(answers), ticks=np.array(ticks, np.int64))

    def forget(self) -> None:
        """The run is complete, or worth nothing."""
        self.path.unlink(missing_ok=True)
