"""Builds the trained LeNet for every board, runs it where there is an emulator, and writes the table of docs/boards.md.

    python benchmarks/boards.py                      measure and write
    python benchmarks/boards.py --check [BOARD...]   fail if a figure of the table is off by more than 2 %

Either way a board fails that measures another size of its flash than was built, or a deeper stack than the bound.
"""

import re
import sys
import tempfile
from pathlib import Path

from edgecnn import board as boards
from edgecnn import read_tflite, write_c, zoo
from edgecnn.building.build import build
from edgecnn.building.fit import at_least
from edgecnn.converters.manifest import read_manifest
from edgecnn.emulators.counter import counting
from edgecnn.errors import DoesNotFitError
from edgecnn.onboard.connect import attached
from edgecnn.onboard.profiling import measure

FILE = Path(__file__).parent.parent / "docs" / "boards.md"
BEGIN, END = "<!-- begin: python benchmarks/boards.py -->\n", "<!-- end -->\n"
TOLERANCE = 0.02  # other releases of the compiler
COLUMNS = (
    "board",
    "flash, at least",
    "flash, built",
    "flash, on the board",
    "RAM, at least",
    "static RAM",
    "of it arena",
    "stack, bound",
    "stack, painted",
    "one inference",
    "last checked",
)
VARIES = "stack, painted"  # with the moment at which the timer interrupts; the bound holds always


def row(name: str, scratch: Path) -> dict[str, str]:
    """The cells of one board, by column; the network is written for its core."""
    facts, folder = counting(boards.load(name)), scratch / f"lenet5-{name}"
    write_c(read_tflite(zoo.trained("lenet5_mnist")), folder, name="lenet5", target=facts.target)
    cells = dict.fromkeys(COLUMNS, "-") | {"board": name, "last checked": facts.checked}
    manifest = read_manifest(folder)
    if facts.flash:
        cells |= {f"{memory}, at least": f"{sum(parts.values()):,}" for memory, parts in at_least(manifest).items()}
        cells["of it arena"] = f"{manifest.arena.bytes:,}"
    try:
        built = build(folder, facts, scratch / name)
    except DoesNotFitError:
        return cells | {"flash, built": "does not fit"}
    sizes = {"flash, built": sum(built.flash.values()), "static RAM": built.ram, "stack, bound": built.stack}
    unit = ""
    if facts.emulator:
        with attached(folder, name, emulated=True, built=built) as device:
            cost = measure(built, device, manifest.layers, emulated=True)
            sizes |= {"flash, on the board": device.image().size, "stack, painted": cost.stack_used}
        sizes["of it arena"] = cost.arena
        if cost.unit != "ticks":  # those of a clock are other ones each time
            sizes["one inference"], unit = cost.count, f" {cost.unit}"
    promised(name, sizes)
    figures = {column: f"{size:,}" for column, size in sizes.items() if size}
    return cells | figures | ({"one inference": figures["one inference"] + unit} if unit else {})


def promised(name: str, sizes: dict[str, int | None]) -> None:
    """Exit with a sentence when the board measured what the build did not promise."""
    flash, used = sizes.get("flash, on the board"), sizes.get("stack, painted")
    if flash and flash != sizes["flash, built"]:
        raise SystemExit(f"{name} has {flash:,} bytes in its flash, but {sizes['flash, built']:,} were built")
    if used and used > (sizes["stack, bound"] or 0):
        raise SystemExit(f"{name} used {used:,} bytes of stack, beyond the bound of {sizes['stack, bound']}")


def rows(names: list[str]) -> list[dict[str, str]]:
    """Of the trained LeNet."""
    with tempfile.TemporaryDirectory() as scratch:
        return [row(name, Path(scratch)) for name in names]


def recorded() -> dict[str, dict[str, str]]:
    """The rows of the table as it is committed, by board."""
    text = FILE.read_text()
    lines = text[text.index(BEGIN) + len(BEGIN) : text.index(END)].splitlines()[2:]
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in cells}


def off(before: str, now: str) -> bool:
    """Whether a cell is out of date: another figure by more than the tolerance, or other words."""
    number = re.compile(r"[\d,]*\d")
    (was, is_), (old, new) = ([number.sub("", text) for text in (before, now)], map(number.search, (before, now)))
    if was != is_ or not (old and new):
        return before != now
    a, b = (int(match[0].replace(",", "")) for match in (old, new))
    return abs(a - b) > TOLERANCE * b


def check(names: list[str]) -> None:
    """Exit with a sentence when the table is out of date."""
    table = recorded()
    if table.keys() != set(boards.names()):
        raise SystemExit("docs/boards.md has other boards than boards/; run python benchmarks/boards.py")
    wrong = [
        f"{now['board']}, {column}: {table[now['board']][column]}, but is {cell}"
        for now in rows(names)
        for column, cell in now.items()
        if column != VARIES and off(table[now["board"]][column], cell)
    ]
    if wrong:
        raise SystemExit(f"docs/boards.md is out of date ({'; '.join(wrong)}); run python benchmarks/boards.py")


def main() -> None:
    """See the module's text."""
    option, *names = sys.argv[1:] or [""]
    if option == "--check":
        check(names or boards.names())
        return
    rule = ("---", *["---:"] * (len(COLUMNS) - 2), "---")
    lines = [COLUMNS, rule, *(tuple(cells.values()) for cells in rows(boards.names()))]
    table = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    before, rest = FILE.read_text().split(BEGIN)
    FILE.write_text(f"{before}{BEGIN}{table}{END}{rest.split(END)[1]}")
    print(table, end="")


if __name__ == "__main__":
    main()
