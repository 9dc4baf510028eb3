"""A data set streamed through a board, each answer held against the host's."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import datasets
from ..datasets.examples import arrays_of, codes_of
from ..datasets.grading import Grading, grading_of
from ..device.device import Device, Image
from ..door import Codes, named
from ..errors import TransferError, VerificationError, WrongModelError
from ..graph import Graph
from ..support.metrics import Accuracy, Grade
from ..support.progress import bar
from .kept import Answer, Kept, answer_of, by_output

_KEEP_EVERY = 5.0  # seconds between two savings of what was answered so far


@dataclass(frozen=True)
class Evaluation:
    """What a board answered; `to_json` is what the command prints with --json."""

    board: str
    model: str
    dataset: str
    n: int
    output: str | None
    """What was graded; None: nothing, and `not_graded` says why."""
    not_graded: str
    grades: dict[str, Grade]
    """Of "int8" on the host and "board", by one metric."""
    unequal_bytes: int
    flips: tuple[int, int] | None  # right on the host and wrong on the board, wrong on the host and right on the board
    confusion: NDArray[np.int64] | None
    classes: tuple[str, ...]
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

    @property
    def accuracy(self) -> Accuracy | None:
        """The board's; None where that was not graded."""
        grade = self.grades.get("board")
        return grade if isinstance(grade, Accuracy) else None

    def check(self) -> None:
        """Raise VerificationError when the board computed anything else than the host."""
        if self.unequal_bytes:
            raise VerificationError(
                f"{self.board} and the host differ in {self.unequal_bytes:,} bytes of {self.n:,} answers; "
                "run `edgecnn verify` on the folder, then flash the board again."
            )

    def to_json(self) -> dict[str, Any]:
        grade = self.grades.get("board")
        return {
            "board": self.board,
            "model": self.model,
            "dataset": self.dataset,
            "n": self.n,
            "output": self.output,
            **(grade.to_json() if grade else {"not_graded": self.not_graded}),
            "grades": {where: grade.to_json() for where, grade in self.grades.items()},
            "unequal_bytes": self.unequal_bytes,
            "flips": dict(zip(("right_to_wrong", "wrong_to_right"), self.flips, strict=True)) if self.flips else None,
            "confusion": self.confusion.tolist() if self.confusion is not None else None,
            "classes": self.classes,
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
    *,
    output: str | None = None,
    metric: str | None = None,
) -> Evaluation:
    """Send the first `limit` test rows of `dataset` to `device`, which runs `graph`; of a network with state they are
    one sequence, after a reset.

    `output` says which output is graded (default: the only one that the data have answers for), and `metric` how: see
    `edgecnn.datasets.grading`. What was answered before the connection broke is kept, and the same call goes on from
    there; a sequence begins anew. In a thread, which no interrupt reaches, `stopped` says when to raise
    KeyboardInterrupt.
    Raises UsageError when the rows do not fit or cannot be graded as asked, and the errors of `Device.infer`.
    """
    split, title = dataset.rows("test")[:limit], dataset.title
    about = {"network": device.info.model, "data": title}
    grading = grading_of(graph.outputs, split, **about, classes=dataset.classes, output=output, metric=metric)
    codes = codes_of(graph.inputs, arrays_of(graph.inputs, split, title))
    kept = Kept(device, graph, dataset.sha256, codes)
    answers, ticks = kept.recall()
    resumed, start = len(answers), time.monotonic()
    with bar(f"{device.info.board}: {title}", len(split)) as progress:
        progress.advance(resumed)
        _stream(device, kept, answers, ticks, stopped, progress.advance)
    if device.hello().sha256 != device.info.sha256:
        raise WrongModelError(f"another model was flashed to {device.info.board} meanwhile; run the command again.")
    kept.forget()
    return Evaluation(
        board=device.info.board,
        model=device.info.model,
        dataset=title,
        n=len(split),
        **_compared(graph, grading, codes, by_output(graph, answers)),
        resumed=resumed,
        ticks=(median := int(np.median(ticks))),
        seconds=median / device.info.ticks_per_second,
        retries=device.traffic.retries,
        lost=device.traffic.lost,
        corrupt=device.corrupt,
        firmware=device.info.firmware,
        model_sha256=device.info.sha256,
        image=device.image(),
        wall_seconds=time.monotonic() - start,
    )


def _stream(
    device: Device,
    kept: Kept,
    answers: list[Answer],
    ticks: list[int],
    stopped: Callable[[], bool],
    advance: Callable[[], None],
) -> None:
    """Add the answers that are missing; those that are there are kept where the connection breaks."""
    saved = time.monotonic()
    try:
        for row in range(len(answers), kept.count):
            if stopped():
                raise KeyboardInterrupt
            answer, its_ticks = answer_of(device, kept.graph, kept.codes, row)
            answers.append(answer)
            ticks.append(its_ticks)
            advance()
            if time.monotonic() - saved > _KEEP_EVERY:
                kept.keep(answers, ticks)
                saved = time.monotonic()
    except (TransferError, KeyboardInterrupt):
        kept.keep(answers, ticks)
        raise


def _compared(graph: Graph, grading: Grading | str, codes: dict[str, Codes], board: dict[str, Codes]) -> dict[str, Any]:
    """What there is to say of the board's output codes, beside the host's."""
    host = named(graph.outputs, graph.evaluate(codes))
    unequal = sum(int(np.count_nonzero(host[name].view(np.uint8) != board[name].view(np.uint8))) for name in host)
    found: dict[str, Any] = {"unequal_bytes": unequal, "flips": None, "confusion": None, "classes": ()}
    if isinstance(grading, str):
        return found | {"output": None, "not_graded": grading, "grades": {}}
    name = grading.door.name
    meant, said = (grading.door.reals_of(of[name]) for of in (host, board))
    grades = {"int8": grading.grade(meant), "board": grading.grade(said)}
    found |= {"output": name, "not_graded": "", "grades": grades}
    if grading.by_class:
        found["classes"] = grading.classes or graph.classes_of(grading.door)
        found |= {"flips": grading.flips(meant, said), "confusion": grading.confusion(said)}
    return found
