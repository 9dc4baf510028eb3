"""Counts what networks cost on every core that has kernels of its own, and writes the tables of docs/speed.md.

    python benchmarks/cores.py [WORD...]           measure and write
    python benchmarks/cores.py --check [WORD...]   fail if a figure has got worse by more than 2 %
    python benchmarks/cores.py --layers [WORD...]  print what each layer costs

A WORD (lenet5, mps3_an547, speed ...) selects the rows that have it. Instructions are those that QEMU executes; code is
all that the network links of the firmware. Of LeNet the trained weights are taken, of the others random ones.
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.mlperf_tiny import build as architecture
from edgecnn import board as boards
from edgecnn import read_tflite, write_c, zoo
from edgecnn.building.build import build
from edgecnn.converters.keras_to_tflite import keras_to_tflite
from edgecnn.onboard.profiling import profile

FILE = Path(__file__).parent.parent / "docs" / "speed.md"
TOLERANCE = 0.02  # other releases of the compiler
BOARDS = (
    "bbc_microbit",
    "mps2_an385",
    "mps2_an386",
    "mps2_an500",
    "mps2_an505",
    "mps3_an547",
    "hifive1",
    "arduino_mega_2560",
    "raspberry_pi_2",
    "raspberry_pi_4",
    "raspberry_pi_5",
)
MODES = ("speed", "balanced", "size", "ram")
SHAPES = ("resnet8", "ds_cnn", "mobilenet")
# Boards with memory enough for these, and how they are optimized there.
SHAPE_BOARDS = dict.fromkeys(("mps2_an386", "mps3_an547"), MODES[:2])
SHAPE_BOARDS |= dict.fromkeys(("mps2_an385", "mps2_an500", "virt_rv32", "raspberry_pi_4", "raspberry_pi_5"), MODES[:1])

Row = dict[str, str]


@dataclass(frozen=True)
class Case:
    """One network on one board, optimized in one way."""

    network: str
    board: str
    optimize: str

    @property
    def key(self) -> Row:
        """What a row says before its figures."""
        return {**vars(self), "core": boards.load(self.board).core}


@dataclass(frozen=True)
class Table:
    """A table of docs/speed.md between two marks: cases in the order of their rows."""

    begin: str
    keys: tuple[str, ...]
    figures: tuple[str, ...]
    cases: tuple[Case, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return self.keys + self.figures

    def parts(self, text: str) -> tuple[str, str, str]:
        """`text` before, in and after the table."""
        start = text.index(self.begin) + len(self.begin)
        end = text.index("<!-- end -->\n", start)
        return text[:start], text[start:end], text[end:]

    def recorded(self) -> dict[tuple[str, ...], Row]:
        """The rows as they are committed, by their keys."""
        lines = self.parts(FILE.read_text())[1].splitlines()[2:]
        cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
        rows = [dict(zip(self.columns, row, strict=True)) for row in cells]
        return {tuple(row[key] for key in self.keys): row for row in rows}

    def row(self, case: Case) -> tuple[str, ...]:
        """The key of a case's row."""
        return tuple(case.key[key] for key in self.keys)

    def write(self, words: list[str]) -> None:
        """Measure the cases that have these words, and those that the table lacks, and put them into the file."""
        kept = {} if not words else self.recorded()
        for case in selected(self.cases, words):
            kept.pop(self.row(case), None)
        rows = [kept.get(self.row(case)) or measured(case) for case in self.cases]
        cells = [[row[column] for column in self.columns] for row in rows]
        lines = [self.columns, ["---"] * len(self.keys) + ["---:"] * len(self.figures), *cells]
        table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
        before, _, after = self.parts(FILE.read_text())
        FILE.write_text(before + table + after)
        print(table)

    def worse(self, words: list[str]) -> Iterator[str]:
        """What has got worse in the rows that have these words."""
        recorded = self.recorded()
        if recorded.keys() != set(map(self.row, self.cases)):
            yield "docs/speed.md has other rows than are measured"
        for case in selected(self.cases, words):
            row = recorded.get(self.row(case))
            for figure, now in measured(case).items() if row else ():
                if figure in self.figures and grown(row[figure], now):
                    yield f"{' '.join(vars(case).values())}, {figure}: {row[figure]}, but is {now}"


TABLES = (
    Table(
        "<!-- begin: python benchmarks/cores.py -->\n",
        ("core", "board", "optimize"),
        ("executed", "code", "constants", "static RAM", "stack, bound"),
        tuple(Case("lenet5", board, mode) for board in BOARDS for mode in MODES),
    ),
    Table(
        "<!-- begin: other shapes, python benchmarks/cores.py -->\n",
        ("network", "core", "board", "optimize"),
        ("executed", "code", "constants", "arena", "static RAM", "stack, bound"),
        tuple(Case(name, board, mode) for name in SHAPES for board, modes in SHAPE_BOARDS.items() for mode in modes),
    ),
)


def selected(cases: tuple[Case, ...], words: list[str]) -> list[Case]:
    """The cases that have all `words`."""
    return [case for case in cases if set(words) <= set(vars(case).values())]


@cache
def scratch() -> tempfile.TemporaryDirectory[str]:
    """Where models and firmware lie until this ends."""
    return tempfile.TemporaryDirectory()


@cache
def model(network: str) -> Path:
    """The file of a network."""
    if network == "lenet5":
        return zoo.trained("lenet5_mnist")
    file = Path(scratch().name) / f"{network}.tflite"
    file.write_bytes(keras_to_tflite(*architecture(network)).model)
    return file


@cache
def converted(case: Case) -> Path:
    """Its C."""
    folder = Path(scratch().name) / "-".join(vars(case).values())
    write_c(read_tflite(model(case.network)), folder, name=case.network, optimize=case.optimize)
    return folder


@cache
def measured(case: Case) -> Row:
    """Its keys and all figures."""
    cost = profile(converted(case), case.board, emulated=True)
    built = build(converted(case), boards.load(case.board), Path(scratch().name) / f"{case.board}-firmware")
    constants = built.flash.get("rodata", 0) + built.flash.get("constants", 0)  # as linker scripts call them
    figures = {"executed": cost.count, "arena": cost.arena}
    memory = {
        "code": sum(built.flash.values()) - constants,
        "constants": constants,
        "static RAM": built.ram,
        "stack, bound": built.stack,
    }
    if built.board.bare:  # a program of Linux has none of these
        figures |= memory
    return {**case.key, **dict.fromkeys(memory, "-"), **{name: f"{figure:,}" for name, figure in figures.items()}}


def grown(before: str, now: str) -> bool:
    """Whether a figure has grown by more than the tolerance."""
    if "-" in (before, now):
        return before != now
    a, b = (int(figure.replace(",", "")) for figure in (before, now))
    return b > a * (1 + TOLERANCE)


def print_layers(words: list[str]) -> None:
    """A table for each selected case."""
    for case in (case for table in TABLES for case in selected(table.cases, words)):
        cost = profile(converted(case), case.board, emulated=True)
        print(f"{' '.join(vars(case).values())}: {cost.count:,} {cost.unit}, arena {cost.arena:,} bytes")
        for layer in cost.layers:
            per_mac = f"{layer.per_mac:.2f}" if layer.per_mac else "-"
            print(f"{layer.number:3} {layer.layer:40} {layer.count:>12,} {layer.macs:>12,} {per_mac:>6}")


def main() -> None:
    """See the module's text."""
    match sys.argv[1:]:
        case ["--layers", *words]:
            print_layers(words)
        case ["--check", *words]:
            found = [line for table in TABLES for line in table.worse(words)]
            if found:
                raise SystemExit(f"worse than docs/speed.md says: {'; '.join(found)}; run python benchmarks/cores.py")
        case words:
            for table in TABLES:
                table.write(words)


if __name__ == "__main__":
    main()
