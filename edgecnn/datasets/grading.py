"""How right one output is: which one, against which answers of a data set, by which metric."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..door import Codes, Door
from ..errors import UsageError
from ..support.metrics import Grade, Score, accuracy, auc, confusion, mae, rmse
from . import TARGET, Array, Split

ACCURACY = "accuracy"


@dataclass(frozen=True, eq=False)
class Grading:
    """`answers` (N,) or (N, ...) for the output `door`; `classes` are the names of its values, if they are classes."""

    door: Door
    metric: str
    answers: Array
    classes: tuple[str, ...]

    def grade(self, values: NDArray[Any]) -> Grade:
        """Of the output's real values (N, ...)."""
        rows = values.reshape(len(values), -1)
        return METRICS[self.metric].grade(rows, self.answers)

    def grade_codes(self, codes: Codes) -> Grade:
        """Of the output's codes (N, ...)."""
        return self.grade(self.door.reals_of(codes))

    @property
    def by_class(self) -> bool:
        """Whether each example is either right or wrong."""
        return self.metric == ACCURACY

    def right(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Which examples are right, of classes."""
        right: NDArray[np.bool_] = classes_of(values) == self.answers
        return right

    def confusion(self, values: NDArray[Any]) -> NDArray[np.int64]:
        """Rows are the true classes, columns the answers."""
        return confusion(classes_of(values), self.answers, self.door.tensor.size)

    def flips(self, before: NDArray[Any], after: NDArray[Any]) -> tuple[int, int]:
        """How many examples are right in `before` alone, and in `after` alone."""
        was_right, right = self.right(before), self.right(after)
        return int((was_right & ~right).sum()), int((~was_right & right).sum())


def classes_of(values: NDArray[Any]) -> NDArray[np.int64]:
    """The class of each row: where its largest value is, the first of equals."""
    classes: NDArray[np.int64] = values.reshape(len(values), -1).argmax(axis=1)
    return classes


@dataclass(frozen=True)
class _Metric:
    """`fault`: why it does not suit answers and an output of so many values, whose classes have names, or not."""

    grade: Callable[[NDArray[Any], Array], Grade]
    fault: Callable[[Array, int, int], str]


def _no_classes(answers: Array, size: int, names: int) -> str:
    if answers.dtype.kind != "i":
        return "the answers are values, no classes"
    least = int(answers.max()) + 1
    suits = size == names if names else size >= max(least, 2)
    return "" if suits else f"has {size:,} outputs and DATA {names or least} classes"


def _no_values(answers: Array, size: int, names: int) -> str:
    there = answers.size // len(answers)
    return "" if there == size else f"has {size:,} values in that output and DATA {there:,}"


def _no_scores(answers: Array, size: int, names: int) -> str:
    if answers.dtype.kind != "i":
        return "the answers are values, no classes"
    if answers.max() >= max(size, 2):
        return f"has {size:,} outputs and DATA the class {answers.max()}"
    return "" if len(np.unique(answers)) > 1 else "all rows of DATA are of one class"


def _by_value(metric: str, measure: Callable[[NDArray[Any], Array], float]) -> Callable[[NDArray[Any], Array], Grade]:
    return lambda rows, answers: Score(metric, measure(rows, answers.reshape(rows.shape)), len(rows))


METRICS = {
    ACCURACY: _Metric(lambda rows, answers: accuracy(classes_of(rows), answers), _no_classes),
    "mae": _Metric(_by_value("mae", mae), _no_values),
    "rmse": _Metric(_by_value("rmse", rmse), _no_values),
    "auc": _Metric(lambda rows, answers: Score("auc", auc(rows, answers), len(rows)), _no_scores),
}


class _UngradedError(Exception):
    """Why an output is not graded."""


def grading_of(
    outputs: Sequence[Door],
    split: Split,
    *,
    network: str,
    data: str,
    classes: tuple[str, ...] = (),
    output: str | None = None,
    metric: str | None = None,
) -> Grading | str:
    """What is graded of `network` on the rows of `data`, or why nothing is, as half a sentence.

    That is `output`, by default the only one that there are answers for, by `metric`, by default the accuracy where the
    answers are classes and the mean absolute error where they are values. Raises UsageError with that half sentence
    when `output` or `metric` was asked for.
    """
    try:
        door, answers = _chosen(outputs, split, data, output)
        chosen = metric or (ACCURACY if answers.dtype.kind == "i" else "mae")
        if fault := METRICS[chosen].fault(answers, door.tensor.size, len(classes)).replace("DATA", data):
            raise _UngradedError(f"{network} {fault}" if fault.startswith("has ") else fault)
    except _UngradedError as reason:
        if output or metric:
            raise UsageError(
                f"nothing can be graded: {reason}; choose another --output, --metric or --dataset."
            ) from None
        return str(reason)
    return Grading(door, chosen, answers, classes if len(classes) == door.tensor.size else ())


def _chosen(outputs: Sequence[Door], split: Split, data: str, output: str | None) -> tuple[Door, Array]:
    """The output to be graded, and the answers for it."""
    doors = {door.name: door for door in outputs}
    names, targets = ", ".join(doors), split.targets
    if output is not None and output not in doors:
        raise UsageError(f"the network has no output {output}; its outputs are {names}.")
    if not targets:
        raise _UngradedError(f"{data} has no answers")
    alone = TARGET in targets and TARGET not in doors
    if output is None:
        known = list(doors) if alone else [name for name in doors if name in targets]
        if len(known) != 1:
            raise _UngradedError(
                f"it is not said by --output which one of {', '.join(known) or names} should be graded"
            )
        (output,) = known
    answers = targets.get(output, targets[TARGET] if alone else None)
    if answers is None:
        raise _UngradedError(f"{data} has no answers for {output}")
    return doors[output], answers
