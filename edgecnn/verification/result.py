"""What was found, for reports and programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..converters.manifest import Manifest
from ..datasets.grading import Grading
from ..errors import VerificationError
from ..graph import Graph
from ..support.metrics import FORMULAS, Accuracy, Fidelity, Grade
from ..tensor import Tensor
from .party import Party
from .where import Where


@dataclass
class Verification:
    """What `verify` found; `to_json` is what the command prints with --json."""

    name: str
    graph: Graph
    manifest: Manifest
    parties: list[Party]
    layers: dict[Tensor, Fidelity]
    """In the order in which they are computed."""
    where: Mapping[Tensor, Where]
    data: dict[str, Any]
    provenance: dict[str, Any]
    undecided: list[str] = field(default_factory=list)
    grading: Grading | None = None
    """What of it was graded, and how; None: nothing."""
    grades: dict[str, Grade] = field(default_factory=dict)
    """Of "float", where there is a float model, and "int8"."""
    flips: tuple[int, int] | None = None
    confusion: NDArray[np.int64] | None = None
    classes: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    """What was not done with the data, one sentence each."""

    @property
    def float_accuracy(self) -> Accuracy | None:
        """Of the float model; None where that, or the accuracy, was not graded."""
        return self._accuracy("float")

    @property
    def int8_accuracy(self) -> Accuracy | None:
        """Of the int8 network; None where the accuracy was not graded."""
        return self._accuracy("int8")

    def _accuracy(self, kind: str) -> Accuracy | None:
        grade = self.grades.get(kind)
        return grade if isinstance(grade, Accuracy) else None

    @property
    def unequal_bytes(self) -> int:
        """Bytes in which an exact party differs from the NumPy integers."""
        return sum(party.unequal_bytes for party in self.parties if party.exact)

    @property
    def ok(self) -> bool:
        """Whether every layer was decided and nothing differed."""
        return self.unequal_bytes == 0 and not self.undecided

    def check(self) -> None:
        """Raise VerificationError, naming the first layer that differs, unless `ok`."""
        for party in self.parties:
            if party.exact and party.unequal_bytes:
                raise VerificationError(
                    f"{party.name} and NumPy differ in {party.unequal_bytes:,} of {party.bytes:,} bytes, first in "
                    f"{party.first}; the device would not compute what was promised, please report this."
                )
        if self.undecided:
            failures = "".join(f"; {party.name}: {party.failure}" for party in self.parties if party.failure)
            raise VerificationError(
                f"no exact oracle decides {', '.join(self.undecided)}{failures}; nothing is proved."
            )

    @property
    def verdict(self) -> str:
        """What was found, in one sentence."""
        if self.unequal_bytes:
            first = next(party.first for party in self.parties if party.exact and party.first)
            return f"NOT EQUAL: {self.unequal_bytes:,} bytes differ; first difference: {first}."
        if self.undecided:
            return f"NOT PROVED: no exact oracle decides {', '.join(self.undecided)}."
        exact = [party.name for party in self.parties if party.decides]
        compared = " and ".join([", ".join(["NumPy", *exact[:-1]]), *exact[-1:]])
        alone = "" if any(party.oracle and party.decides for party in self.parties) else " (no TFLite oracle was asked)"
        return f"Equal in every byte of every layer: {compared}{alone}."

    def __str__(self) -> str:
        return self.verdict

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ok": self.ok,
            "n": self.data["n"],
            "accuracy": self.int8_accuracy.share if self.int8_accuracy else None,
            "unequal_bytes": self.unequal_bytes,
            "data": self.data,
            "notes": self.notes,
            "parties": [party.to_json() for party in self.parties],
            "undecided": self.undecided,
            "output": self.grading.door.name if self.grading else None,
            "metric": self.grading.metric if self.grading else None,
            **{kind: self.grades[kind].to_json() if kind in self.grades else None for kind in ("float", "int8")},
            "flips": dict(zip(("right_to_wrong", "wrong_to_right"), self.flips, strict=True)) if self.flips else None,
            "confusion": self.confusion.tolist() if self.confusion is not None else None,
            "layers": [
                {
                    "number": self.where[tensor].number or None,
                    "op": self.where[tensor].op,
                    "line": self.where[tensor].line,
                    "name": tensor.name,
                    "shape": list(tensor.shape[1:]),
                    "scale": tensor.scale,
                    "zero_point": tensor.zero_point,
                    **fidelity.to_json(),
                }
                for tensor, fidelity in self.layers.items()
            ],
            "arena": asdict(self.manifest.arena),
            "flash_estimate": asdict(self.manifest.flash_estimate),
            "provenance": self.provenance,
            "formulas": FORMULAS,
        }
