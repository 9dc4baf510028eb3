"""The tables of a validation report as rows of text; what they look like is for others to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..support.metrics import FORMULAS, Accuracy, Grade
from ..verification import Verification


@dataclass(frozen=True)
class Table:
    """A title, the names of the columns, and rows of as many cells; the first columns are labels, the rest figures."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    labels: int = 1


def accuracies(result: Verification) -> Table:
    """One row per kind of arithmetic that was graded; empty where there were only random bytes."""
    fake = " without fake quantization" if result.provenance["quantization_aware"] else ""
    names = {"float": f"float Keras{fake}", "int8": "int8 (TFLite, NumPy, C)"}
    rows = [(names[kind], *_cells(grade)) for kind, grade in result.grades.items()]
    if result.flips:
        lost, won = result.flips
        rows.append(("flips float to int8", f"{lost} lost, {won} won", "", ""))
    on = f"on {result.data['n']:,} test images of {result.data['dataset']}"
    if result.grading and not result.grading.by_class:
        return Table(f"Output {result.grading.door.name} {on}", ("", result.grading.metric, "", "examples"), rows)
    several = f" of {result.grading.door.name}" if result.grading and len(result.graph.outputs) > 1 else ""
    return Table(f"Accuracy{several} {on}", ("", "accuracy", "95 % interval", "right"), rows)


def _cells(grade: Grade) -> tuple[str, str, str]:
    if isinstance(grade, Accuracy):
        low, high = grade.interval
        return f"{grade.share:.2%}", f"{low:.2%} to {high:.2%}", f"{grade.right:,} of {grade.n:,}"
    return f"{grade.value:.6g}", "", f"{grade.n:,}"


def confusion(result: Verification) -> Table:
    """How often int8 answers what; empty where nothing was graded."""
    matrix = result.confusion.tolist() if result.confusion is not None else []
    names = [*result.classes, *map(str, range(len(result.classes), len(matrix)))]
    rows = [(name, *(f"{count or ''}" for count in counts)) for name, counts in zip(names, matrix, strict=True)]
    title = "Confusion matrix (int8): rows are the true classes, columns the answers"
    return Table(title, ("", *names), rows)


def parties(result: Verification) -> Table:
    """Who was compared with the NumPy integers, and in how many bytes they differ."""
    rows = []
    for party in result.parties:
        verdict = "shown only, rounds differently"
        if party.exact:
            verdict = "equal" if party.unequal_bytes == 0 else f"DIFFERS first in {party.first}"
        if party.not_deciding:
            verdict += f"; does not decide {len(party.not_deciding)} layers: {next(iter(party.not_deciding.values()))}"
        row = (f"{party.bytes:,}", f"{party.unequal_bytes:,}", f"{party.max_difference}", verdict)
        rows.append((party.name, *row) if not party.failure else (party.name, "-", "-", "-", party.failure))
    data = f"{result.data['n']:,} images and {result.data['random']:,} of random bytes"
    title = f"Against the NumPy integers, every layer, {data}"
    return Table(title, ("", "bytes compared", "unequal", "max LSB", "verdict"), rows)


def layers(result: Verification) -> Table:
    """Each layer by its number and line in the C, its quantization, and how close it is to the float model."""
    rows = []
    for tensor, fidelity in result.layers.items():
        figures, where = fidelity.to_json(), result.where[tensor]
        rows.append(
            (
                where.number,
                where.op,
                "x".join(map(str, tensor.shape[1:])),
                f"{tensor.scale:.6g}",
                f"{tensor.zero_point}",
                _figure(figures["saturated"], "{:.2%}") if fidelity.codes else "-",
                _figure(figures["RMSE/scale"], "{:.2f}"),
                _figure(figures["cosine"], "{:.5f}"),
                _figure(figures["SQNR"], "{:.1f} dB"),
                f"{where.line or ''}",
            )
        )
    columns = ("layer", "", "output", "scale", "zero point", "saturated", "RMSE/scale", "cosine", "SQNR", "line of C")
    return Table(f"Layers, as {result.manifest.name}.c numbers them", columns, rows, labels=2)


def sizes(result: Verification) -> Table:
    """What the network costs on a device."""
    flash, arena = result.manifest.flash_estimate, result.manifest.arena
    rows = [
        ("parameters", f"{result.graph.parameters:,}"),
        ("multiply-accumulates", f"{result.graph.macs:,}"),
        ("flash: weights and tables", f"{flash.constants:,} bytes"),
        ("flash: kernels (Cortex-M4, -Os)", f"{flash.code:,} bytes"),
        ("RAM: arena with input and output", f"{arena.bytes:,} bytes (no plan below {arena.lower_bound:,})"),
    ]
    return Table("Sizes", ("", ""), rows)


def provenance(result: Verification) -> Table:
    """Where everything came from."""
    rows = [(name.replace("_", " "), f"{value}") for name, value in result.provenance.items() if value is not None]
    return Table("Provenance", ("", ""), rows)


def formulas() -> Table:
    """How each figure is computed."""
    return Table("Formulas", ("", ""), list(FORMULAS.items()))


def _figure(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
