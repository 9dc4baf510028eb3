"""The figures of docs/speed.md: a part that takes seconds is measured again; all of them by the command itself."""

from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from benchmarks import cores
from edgecnn import board, read_tflite, write_c
from edgecnn.building.build import build
from tests.support.elf import symbols


@pytest.mark.parametrize("name", ["mps2_an386", "mps3_an547"])
def test_lenet_has_not_got_worse(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, words = cores.TABLES[0], ["lenet5", name, "speed"]
    assert list(table.worse(words)) == []
    (row,) = (row for row in table.recorded().values() if (row["board"], row["optimize"]) == (name, "speed"))
    better = f"{int(row['executed'].replace(',', '')) * 95 // 100:,}"
    changed = tmp_path / "speed.md"
    changed.write_text(cores.FILE.read_text().replace(row["executed"], better))
    monkeypatch.setattr(cores, "FILE", changed)
    (sentence,) = table.worse(words)
    assert sentence.startswith(f"lenet5 {name} speed, executed: {better}, but is ")


def test_lenet_in_little_code() -> None:
    """The whole firmware: start-up, UART, protocol and kernels."""
    row = cores.measured(cores.Case("lenet5", "mps2_an386", "size"))
    assert int(row["code"].replace(",", "")) <= 4_000
    assert int(row["arena"].replace(",", "")) <= 1_400


@pytest.mark.parametrize(
    ("name", "optimize", "most"), [("mps2_an386", "balanced", 5_000), ("mps3_an547", "speed", 4_096)]
)
def test_the_kernels_that_lenet_links(name: str, optimize: str, most: int, tmp_path: Path) -> None:
    """All functions of the runtime in the firmware, whichever the compiler inlined into which."""
    facts, folder = board.load(name), tmp_path / "c"
    write_c(read_tflite(cores.model("lenet5")), folder, name="lenet5", target=facts.target, optimize=optimize)
    built = build(folder, facts, tmp_path / "firmware")
    kernels, file, size = {path.name for path in (folder / "runtime").glob("*.c")}, "", 0
    with built.elf.open("rb") as elf:
        for symbol in symbols(ELFFile(elf)):
            kind, binding = symbol["st_info"]["type"], symbol["st_info"]["bind"]
            file = symbol.name if kind == "STT_FILE" else file
            ours = file in kernels if binding == "STB_LOCAL" else symbol.name.startswith("edgecnn_")
            size += symbol["st_size"] if kind == "STT_FUNC" and ours else 0
    assert 2_000 < size <= most


def test_the_tables_have_the_rows_that_are_measured() -> None:
    for table in cores.TABLES:
        assert list(table.worse(["no such word"])) == []
        assert table.recorded().keys() == set(map(table.row, table.cases))
    boards = {case.board for table in cores.TABLES for case in table.cases}
    assert boards <= set(board.names())


@pytest.mark.parametrize(("before", "now", "is_worse"), [("1,000", "1,020", False), ("1,000", "1,021", True)])
def test_what_counts_as_worse(before: str, now: str, is_worse: bool) -> None:
    assert cores.grown(before, now) == is_worse
