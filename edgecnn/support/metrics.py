"""The figures of a validation report, each with its formula in `FORMULAS`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMULAS = {
    "accuracy": "right / n, the class of the largest output (the first of equals)",
    "interval": "Wilson 95 %: (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n), z = 1.96",
    "mae": "mean(|v - y|), v the output's real values, y those of the data set",
    "rmse": "sqrt(mean((v - y)^2))",
    "auc": "(sum of the ranks of the class - P(P + 1)/2) / (P N) of P examples of the class and N others by their "
    "scores, equals share a rank; of more than two classes, the mean of each against the rest",
    "flips": "images that float gets right and int8 wrong / float wrong and int8 right",
    "saturated": "share of codes at 127, or at -128 where that is not the code of zero",
    "RMSE/scale": "sqrt(mean((r - p)^2)) / scale, r the float model's values, p = scale * (code - zero_point)",
    "cosine": "sum r p / (|r| |p|)",
    "SQNR": "20 log10(|r| / |r - p|) dB",
}


@dataclass(frozen=True)
class Accuracy:
    """`right` of `n` images."""

    right: int
    n: int

    metric = "accuracy"

    @property
    def value(self) -> float:
        """The same as `share`."""
        return self.share

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval."""
        z, n, p = 1.959963984540054, self.n, self.share
        middle = p + z * z / (2 * n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.share:.2%} ({self.right:,} of {self.n:,}; 95 % interval {low:.2%} to {high:.2%})"

    def to_json(self) -> dict[str, object]:
        return {"accuracy": self.share, "right": self.right, "n": self.n, "interval": list(self.interval)}


@dataclass(frozen=True)
class Score:
    """A figure of `FORMULAS` other than the accuracy, on `n` examples."""

    metric: str
    value: float
    n: int

    def __str__(self) -> str:
        return f"{self.metric} {self.value:.6g} ({self.n:,} examples)"

    def to_json(self) -> dict[str, object]:
        return {self.metric: self.value, "n": self.n}


Grade = Accuracy | Score


def mae(values: NDArray[Any], answers: NDArray[Any]) -> float:
    """Mean absolute error of values against answers, both of one shape."""
    return float(np.abs(values.astype(np.float64) - answers).mean())


def rmse(values: NDArray[Any], answers: NDArray[Any]) -> float:
    """Root of the mean squared error of values against answers, both of one shape."""
    return float(np.sqrt(np.square(values.astype(np.float64) - answers).mean()))


def auc(scores: NDArray[Any], labels: NDArray[np.int64]) -> float:
    """Area under the ROC curve of scores (N, classes), or (N, 1) of class 1, against labels (N,).

    A class that no example or each has counts for nothing; NaN where that is every class.
    """
    columns = scores.shape[1]
    classes = [1] if columns <= 2 else [one for one in range(columns) if 0 < (labels == one).sum() < len(labels)]
    areas = [_area(scores[:, min(one, columns - 1)], labels == one) for one in classes]
    return float(np.mean(areas)) if areas else math.nan


def _area(scores: NDArray[Any], positive: NDArray[np.bool_]) -> float:
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place.ravel()]
    ours, others = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - ours * (ours + 1) / 2) / (ours * others)) if ours and others else math.nan


def accuracy(classes: NDArray[np.int64], labels: NDArray[np.int64]) -> Accuracy:
    """Of predicted classes (N,) against labels (N,)."""
    return Accuracy(int((classes == labels).sum()), len(labels))


def confusion(classes: NDArray[np.int64], labels: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """(count, count): rows are the true classes, columns the predicted ones."""
    matrix = np.zeros((count, count), np.int64)
    np.add.at(matrix, (labels, classes), 1)
    return matrix


@dataclass
class Fidelity:
    """How close an int8 layer is to the float model's, summed up batch by batch."""

    scale: float
    zero_point: int
    codes: int = 0
    saturated: int = 0
    compared: int = 0
    _sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))  # r^2, p^2, r p, (r - p)^2

    def add(self, codes: NDArray[np.int8], real: NDArray[np.float32] | None) -> None:
        """Count a batch of codes, against the float model's values where it has this layer."""
        low = codes == -128 if self.zero_point != -128 else False
        self.codes += codes.size
        self.saturated += int(((codes == 127) | low).sum())
        if real is None:
            return
        r = real.ravel().astype(np.float64)
        p = self.scale * (codes.ravel().astype(np.float64) - self.zero_point)
        self.compared += r.size
        self._sums += [r @ r, p @ p, r @ p, (r - p) @ (r - p)]

    def to_json(self) -> dict[str, float | None]:
        """The figures under the names of `FORMULAS`; None where the float model has no such layer."""
        rr, pp, rp, error = self._sums
        known = self.compared > 0 and rr > 0
        return {
            "saturated": self.saturated / max(self.codes, 1),
            "RMSE/scale": math.sqrt(error / self.compared) / self.scale if known else None,
            "cosine": rp / math.sqrt(rr * pp) if known and pp > 0 else None,
            "SQNR": 10 * math.log10(rr / error) if known and error > 0 else None,
        }
