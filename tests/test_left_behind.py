"""Nothing is left of a command that ends in mid-run: no emulator, and no folder after the next use."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgecnn import board
from edgecnn.building.build import build
from edgecnn.support.scratch import scratch_folder

BOARDS = ("mps2_an386", "host", "raspberry_pi_4", "wasm")  # QEMU, a process, QEMU's user mode and Node.js
KILLS = 5  # of each, with each signal
MARK = "EDGECNN_TEST_OF_WHAT_IS_LEFT"

# Emulates a board and says so; its children have the mark of the test in their environment.
_PROGRAM = """
import sys, time
from edgecnn import board
from edgecnn.building import build
from edgecnn.cli import _end_in_order
from edgecnn.emulators.emulator import emulate
from edgecnn.support.scratch import scratch_folder
from pathlib import Path
_end_in_order()
facts = board.load(sys.argv[1])
with scratch_folder(), emulate(facts, Path(sys.argv[2]) / facts.program):
    print("emulated", flush=True)
    time.sleep(60)
"""


def marked(mark: str) -> list[int]:
    """The processes whose environment holds the mark, but for those that have ended."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (place / "environ").read_bytes():
                found.append(int(place.name))
        except OSError:
            pass
    return found


@pytest.fixture(scope="module")
def firmware(lenet5: Path) -> dict[str, Path]:
    return {name: build(lenet5, board.load(name), lenet5.parent / name).folder for name in BOARDS}


@pytest.mark.parametrize("name", BOARDS)
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGKILL, -9), (signal.SIGHUP, 129), (signal.SIGTERM, 143)], ids=["KILL", "HUP", "TERM"]
)
def test_a_killed_command_leaves_nothing(
    name: str, number: int, code: int, firmware: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MARK, str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    command = [sys.executable, "-c", _PROGRAM, name, str(firmware[name])]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(KILLS)]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == b"emulated\n"
    end = time.monotonic() + 10
    while len(marked(str(tmp_path))) < 2 * KILLS and time.monotonic() < end:  # one may be about to exec
        time.sleep(0.05)
    assert len(marked(str(tmp_path))) >= 2 * KILLS
    for process in started:
        process.send_signal(number)
    assert [process.wait(30) for process in started] == [code] * KILLS
    end = time.monotonic() + 10
    while marked(str(tmp_path)) and time.monotonic() < end:
        time.sleep(0.05)
    assert marked(str(tmp_path)) == []
    assert len(list(tmp_path.iterdir())) == (KILLS if number == signal.SIGKILL else 0)
    with scratch_folder() as folder:
        assert list(tmp_path.iterdir()) == [folder]
    assert list(tmp_path.iterdir()) == []


def test_only_stale_folders_of_ours_are_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one in use, a user's own, a file, or what a link points to."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    mine = [tmp_path / name for name in ("edgecnn-scratch-mine", "edgecnn-results", "edgecnn-scratch-12345678.bak")]
    for folder in mine:
        folder.mkdir()
    (tmp_path / "edgecnn-scratch-00000000").write_text("a file")
    (tmp_path / "edgecnn-scratch-11111111").symlink_to(mine[0])
    (tmp_path / "edgecnn-scratch-abcdefgh" / "in it").mkdir(parents=True)
    kept = {*tmp_path.iterdir()} - {tmp_path / "edgecnn-scratch-abcdefgh"}
    with scratch_folder() as first, scratch_folder() as second:
        (first / "file").touch()
        assert {*tmp_path.iterdir()} == kept | {first, second}
        assert (first / "file").exists()
    assert {*tmp_path.iterdir()} == kept


def test_nohup_is_respected(tmp_path: Path) -> None:
    """Who ignores the end of the terminal when the command starts goes on ignoring it."""
    script = (
        "import signal, os; signal.signal(signal.SIGHUP, signal.SIG_IGN); from edgecnn.cli import _end_in_order; "
        "_end_in_order(); os.kill(os.getpid(), signal.SIGHUP)"
    )
    assert subprocess.run([sys.executable, "-c", script], env=os.environ, check=False).returncode == 0
