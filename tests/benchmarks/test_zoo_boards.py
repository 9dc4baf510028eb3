"""Networks of the zoo on emulated boards: two of them, with branches and without, and one that does not fit."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import zoo as sizes
from benchmarks import zoo_boards as table
from edgecnn import zoo
from edgecnn.board import load
from edgecnn.building import toolchain
from edgecnn.converters.tflite_to_graph import graph_of


@pytest.fixture(scope="module")
def googlenet() -> table.Network:
    """With random weights; on random images."""
    return table.untrained("googlenet")


@pytest.fixture
def lenet5() -> table.Network:
    """As it was trained."""
    noise = np.random.RandomState(1).randint(0, 256, (2, 32, 32, 1)).astype(np.uint8)
    return table.Network("lenet5", zoo.trained("lenet5_mnist").read_bytes(), noise, "random images")


@pytest.mark.parametrize(("name", "board"), [("googlenet", "mps2_an500"), ("lenet5", "raspberry_pi_4")])
def test_no_byte_differs(name: str, board: str, request: pytest.FixtureRequest) -> None:
    network = request.getfixturevalue(name)
    cells = dict(zip(table.COLUMNS, table.row(network, board), strict=True))
    assert cells["unequal bytes"] == "0"
    outputs = len(network.images) * graph_of(network.file).output.size
    assert int(cells["compared"].partition(", ")[0].replace(",", "")) > outputs + 1000
    bare = load(board).bare
    assert cells["one inference"].endswith(" instructions")
    assert (cells["flash"] != "-") == (cells["static RAM"] != "-") == bare


def test_what_does_not_fit_is_refused_before_compiling(
    googlenet: table.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "link", None)
    cells = table.row(googlenet, "bbc_microbit")
    assert cells[2].startswith("refused: needs at least 27,")
    assert "bytes of RAM (arena 26," in cells[2]
    assert cells[2].endswith("but bbc_microbit has 16,384")


def test_a_wrong_byte_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code and sentence; and nothing is written."""
    monkeypatch.setattr(table, "row", lambda network, board: ("", board, *"-----", "7"))
    network = table.Network("n", b"", np.empty(0, np.uint8), "")
    with pytest.raises(SystemExit, match="n on mps3_an547 differs from the host in 7 bytes"):
        list(table.rows(iter([network])))


def test_the_two_tables_leave_each_other_alone() -> None:
    text = f"sizes\n{sizes.BOARDS}old\n"
    assert sizes.with_boards(text, "new\n") == f"sizes\n{sizes.BOARDS}new\n"
    assert sizes.with_boards("other sizes\n", "new\n").endswith(f"{sizes.BOARDS}new\n")


def test_only_what_is_named_or_missing_is_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "zoo.md"
    row = sizes.line(("`a`", "old"))
    file.write_text(f"sizes\n{sizes.BOARDS}| network |\n| --- |\n{row}\n{row}\n| `b` | old |\n| `gone` | old |\n")
    monkeypatch.setattr(sizes, "FILE", file)
    monkeypatch.setattr(zoo, "trained_names", lambda: ["a", "b", "c"])
    monkeypatch.setattr(table, "trained", lambda name: name)
    monkeypatch.setattr(table, "rows", lambda networks: [(f"`{name}`", "new") for name in networks])
    table.update(["b"])
    assert file.read_text().splitlines()[4:] == [row, row, "| `b` | new |", "| `c` | new |"]
    table.update([])
    assert file.read_text().splitlines()[4:] == ["| `a` | new |", "| `b` | new |", "| `c` | new |"]
