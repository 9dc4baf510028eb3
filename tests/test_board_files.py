"""Board files: every fact is checked where it is loaded, and one from elsewhere is named before it is used."""

from pathlib import Path

import pytest

from edgecnn import board
from edgecnn.errors import UsageError

GOOD = """
name = "n"
vendor = "v"
mcu = "m"
core = "c"
port = ["host"]
baud = 9600
checked = "not run"
"""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("baud = 9600", ""), "mine.toml lacks 'baud'."),
        (("baud", "bauds"), "mine.toml lacks 'baud'."),
        (("baud", "colour = 1\nbaud"), "mine.toml has an unknown fact, 'colour'."),
        (("9600", "'fast'"), "mine.toml: baud should be int, but is 'fast'."),
        (("9600", "true"), "mine.toml: baud should be int, but is True."),
        (('["host"]', "[1]"), "mine.toml: port[0] should be str, but is 1."),
        (('["host"]', '["moon"]'), "mine.toml: port names no folder of firmware/ports: ['moon']."),
        (('["host"]', '[".."]'), "mine.toml: port[0] should be the name of a folder of firmware/ports, but is '..'."),
        (('["host"]', '["/"]'), "mine.toml: port[0] should be the name of a folder of firmware/ports, but is '/'."),
        (('["host"]', "[]"), "mine.toml: port names no folder of firmware/ports: []."),
        (("not run", "believed"), "mine.toml: checked should be one of: run, qemu, simavr, rp2040js, "),
        (("baud", "clock_hz = 1\nbaud"), "mine.toml: clock_hz, flash, ram and compiler go together."),
        (("9600", "0"), "mine.toml: baud should be 50 to 50,000,000, but is 0."),
        (("baud", "clock_hz = -1\nbaud"), "mine.toml: clock_hz should be 1 to 10,000,000,000, but is -1."),
        (("baud", "settle = nan\nbaud"), "mine.toml: settle should be 0 to 60, but is nan."),
        (("baud", "target = '6502'\nbaud"), "mine.toml: target should be one of: generic, "),
        (("baud", "uf2_family = -1\nbaud"), "mine.toml: uf2_family should be a number of 32 bits, but is -1."),
        (("baud", "emulator = {}\nbaud"), "mine.toml: emulator lacks 'kind'."),
        (
            ("baud", "emulator = { kind = '' }\nbaud"),
            "mine.toml: emulator: kind should be the name of a tool, but is ''.",
        ),
        (
            ("baud", "flasher = { kind = '../x' }\nbaud"),
            "mine.toml: flasher: kind should be the name of a tool, but is ",
        ),
        (("baud", "defines = { '1;x' = 1 }\nbaud"), "mine.toml: defines should be the name of a macro, but is '1;x'."),
        (
            ("baud", "program = '/any/path'\nbaud"),
            "mine.toml: program should be the name of a file, without a folder, ",
        ),
        (
            ("baud", "program = '../x'\nbaud"),
            "mine.toml: program should be the name of a file, without a folder, but is",
        ),
        (("baud", "program = '..'\nbaud"), "mine.toml: program should be the name of a file, without a folder, but is"),
        (
            ('"n"', '"\\u001b[2J"'),
            r"mine.toml: name should be text without line breaks or control characters, but is '\x1b",
        ),
        (("baud", "x = " + "[" * 5000 + "]" * 5000 + "\nbaud"), "mine.toml is not a TOML file that can be read: "),
        (("baud", "ram = { origin = 0 }\nbaud"), "mine.toml: ram lacks 'length'."),
        (("baud", "usb = ['1:2']\nbaud"), "mine.toml: usb[0] should be of the form 0d28:0204, but is '1:2'."),
        (("baud", "defines = { A = 'x' }\nbaud"), "mine.toml: defines.A should be int, but is 'x'."),
        (("baud", "baud ="), "mine.toml is not a TOML file that can be read: "),
    ],
)
def test_bad_files_are_one_sentence(change: tuple[str, str], sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    assert board.load(str(path)).id == "mine"
    path.write_text(GOOD.replace(*change, 1))
    with pytest.raises(UsageError) as caught:
        board.load(str(path))
    assert str(caught.value).startswith(sentence)


def test_a_board_file_is_named_aloud_before_it_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    for _ in range(2):
        board.load(str(path))
    said = capsys.readouterr()
    assert said.err == f"board file {path}: edgecnn runs the compiler flags, emulator and flash tool that it names.\n"
    assert said.out == ""
    board.load("host")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("id", ["a b", "ä", 'x"y', "x" * 49, "-x"])
def test_the_name_of_a_board_file_names_the_board(id: str, tmp_path: Path) -> None:
    (tmp_path / f"{id}.toml").write_text(GOOD)
    with pytest.raises(UsageError, match="id should be 48 letters, digits"):
        board.load(str(tmp_path / f"{id}.toml"))


@pytest.mark.parametrize("name", ["moon", "../boards/host", "moon.toml", ""])
def test_unknown_boards(name: str) -> None:
    with pytest.raises(UsageError, match=f"unknown board '{name}'.*; choose one of: {board.names()[0]}, "):
        board.load(name)
