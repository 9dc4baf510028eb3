"""The table of docs/boards.md is that of today's boards, and each board keeps what the build promised."""

import runpy
import sys
from pathlib import Path

import pytest

from edgecnn import board

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "boards.py"


@pytest.mark.parametrize("name", board.names())
def test_the_table_is_up_to_date(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), "--check", name])
    runpy.run_path(str(SCRIPT), run_name="__main__")  # exits with a sentence where it is not


@pytest.mark.parametrize(
    ("before", "now", "is_off"),
    [
        ("1,000", "1,020", False),
        ("1,000", "1,030", True),
        ("10,000 instructions", "10,100 instructions", False),
        ("10,000 instructions", "10,000 cycles", True),
        ("-", "5", True),
        ("-", "-", False),
        ("qemu", "not run", True),
    ],
)
def test_what_counts_as_out_of_date(before: str, now: str, is_off: bool) -> None:
    assert runpy.run_path(str(SCRIPT))["off"](before, now) == is_off


def test_a_board_that_measures_more_than_was_promised() -> None:
    promised = runpy.run_path(str(SCRIPT))["promised"]
    sizes = {"flash, built": 100, "flash, on the board": 100, "stack, bound": 50, "stack, painted": 50}
    promised("b", sizes)
    with pytest.raises(SystemExit, match="b has 104 bytes in its flash, but 100"):
        promised("b", sizes | {"flash, on the board": 104})
    with pytest.raises(SystemExit, match="b used 51 bytes of stack, beyond the bound of 50"):
        promised("b", sizes | {"stack, painted": 51})
