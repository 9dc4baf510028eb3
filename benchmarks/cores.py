"""Counts what LeNet costs on every core that has kernels of its own, and writes the table of docs/speed.md.

    python benchmarks/cores.py            measure and write
    python benchmarks/cores.py --check    fail if a figure of the table has got worse by more than 2 %

Instructions are those that QEMU executes, cycles those of simavr; code is all that LeNet links of the firmware.
"""

import re
import sys
import tempfile
from pathlib import Path

from edgecnn import board as boards
from edgecnn import read_tflite, write_c, zoo
from edgecnn.build import build
from edgecnn.profiling import profile

FILE = Path(__file__).parent.parent / "docs" / "speed.md"
BEGIN, END = "<!-- begin: python benchmarks/cores.py -->\n", "<!-- end -->\n"
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
COLUMNS = ("core", "board", "optimize", "executed", "code", "constants", "static RAM", "stack, bound")

Row = tuple[str, ...]


def measured(board: str, optimize: str, scratch: Path) -> Row:
    """LeNet on one board in one way."""
    facts, folder = boards.load(board), scratch / f"{board}-{optimize}"
    write_c(read_tflite(zoo.trained("lenet5_mnist")), folder, name="lenet5", optimize=optimize)
    built = build(folder, facts, scratch / f"{board}-{optimize}-firmware")
    cost = profile(folder, board, emulated=True)
    constants = built.flash.get("rodata", 0) + built.flash.get("constants", 0)  # as linker scripts call them
    code = sum(built.flash.values()) - constants
    sizes = (cost.count, code, constants, built.ram, built.stack) if facts.bare else (cost.count, *4 * [None])
    return (facts.core, board, optimize, *("-" if size is None else f"{size:,}" for size in sizes))


def rows() -> list[Row]:
    """All boards, all ways."""
    with tempfile.TemporaryDirectory() as scratch:
        return [measured(board, mode, Path(scratch)) for board in BOARDS for mode in MODES]


def recorded() -> list[Row]:
    """The table as it is committed."""
    text = FILE.read_text()
    lines = text[text.index(BEGIN) + len(BEGIN) : text.index(END)].splitlines()[2:]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


def worse(before: str, now: str) -> bool:
    """Whether a figure has grown by more than the tolerance; a program of Linux has none for memory."""
    if "-" in (before, now):
        return before != now
    a, b = (int(re.sub(",", "", figure)) for figure in (before, now))
    return b > a * (1 + TOLERANCE)


def check() -> None:
    """Exit with a sentence when a figure has got worse, or the table has other rows."""
    table = {row[:3]: row[3:] for row in recorded()}
    now = {row[:3]: row[3:] for row in rows()}
    if table.keys() != now.keys():
        raise SystemExit("docs/speed.md has other rows than are measured; run python benchmarks/cores.py")
    found = [
        f"{' '.join(key[1:])}, {column}: {before}, but is {is_}"
        for key, figures in now.items()
        for column, before, is_ in zip(COLUMNS[3:], table[key], figures, strict=True)
        if worse(before, is_)
    ]
    if found:
        raise SystemExit(f"worse than docs/speed.md says: {'; '.join(found)}")


def main() -> None:
    """See the module's text."""
    if "--check" in sys.argv[1:]:
        check()
        return
    lines = [COLUMNS, ("---",) * 3 + ("---:",) * 5, *rows()]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    text = FILE.read_text()
    FILE.write_text(text[: text.index(BEGIN) + len(BEGIN)] + table + text[text.index(END) :])
    print(table, end="")


if __name__ == "__main__":
    main()
