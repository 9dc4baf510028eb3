"""What can be wrong with ports and cables, through the real command line and real ptys; and how ports are found."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import serial
from click.testing import CliRunner

from edgecnn import board
from edgecnn.building.build import build
from edgecnn.cli.boards import command
from edgecnn.emulators.host_board import host_board
from edgecnn.errors import NoBoardError, SeveralBoardsError
from edgecnn.onboard import connect
from tests.support.command_line import refused, run
from tests.support.lenet import lenet


@pytest.fixture(scope="module")
def program(lenet5: Path) -> Path:
    return build(lenet5, board.load("host"), lenet5.parent / "firmware").elf


IMAGES = 1050  # bytes on the line for one of them


@contextmanager
def cable(program: Path, size: int, then: Callable[[], bool]) -> Iterator[str]:
    """The name of a pty behind which `program` is. When `size` bytes went to it, `then` says whether the cable holds;
    if not, the port is gone."""
    ours, theirs = os.openpty()
    end = threading.Event()
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin
        assert process.stdout
        into, out = process.stdin, process.stdout

        def carry() -> None:
            passed, holds = 0, True
            ends: list[Any] = [ours, out]
            while holds and not end.is_set():
                for source in select.select(ends, [], [], 0.1)[0]:
                    data = os.read(source if source == ours else out.fileno(), 4096)
                    if source == ours:
                        holds = not passed < size <= passed + len(data) or then()
                        passed += len(data)
                        into.write(data)
                    else:
                        os.write(ours, data)
            os.close(theirs)
            os.close(ours)
            into.close()

        thread = threading.Thread(target=carry)
        thread.start()
        try:
            yield os.ttyname(theirs)
        finally:
            end.set()
            thread.join()


def named(port: str, link: Path) -> str:
    """A name for `port` that stays the same when the board is plugged in again, as udev gives it."""
    link.unlink(missing_ok=True)
    link.symlink_to(port)
    return str(link)


def test_a_cable_pulled_during_eval(lenet5: Path, program: Path, tmp_path: Path) -> None:
    """It exits with 14, goes on from there at the next call, and reports what it would have without the accident."""
    evaluate = ("eval", lenet5, "--board", "host", "--limit", 40, "--json", "--port")
    with cable(program, 20 * IMAGES, lambda: False) as pty:
        port = named(pty, tmp_path / "port")
        refused(14, f"connection to {port} broke", "run the command again", by=run(*evaluate, port))
    with host_board(program) as pty:
        port = named(pty, tmp_path / "port")
        resumed, whole = (json.loads(run(*evaluate, port).stdout) for _ in range(2))
    assert 15 <= resumed["resumed"] <= 20
    assert whole["resumed"] == 0
    for same in ("board", "model", "dataset", "n", "accuracy", "unequal_bytes", "flips", "confusion"):
        assert resumed[same] == whole[same], same


@pytest.mark.parametrize(
    ("number", "code", "words"), [(signal.SIGINT, 130, "Stopped."), (signal.SIGTERM, 143, ""), (signal.SIGHUP, 129, "")]
)
def test_eval_is_interrupted(number: int, code: int, words: str, lenet5: Path, program: Path, tmp_path: Path) -> None:
    """Ctrl-C and its like reach the boards, which work in threads: what was answered is kept."""
    command: list[str] = [sys.executable, "-m", "edgecnn", "eval", str(lenet5), "--board", "host", "--limit", "400"]
    started: list[subprocess.Popen[str]] = []

    def interrupt() -> bool:
        started[0].send_signal(number)
        time.sleep(1)  # the line is silent meanwhile: else a busy computer may be done before it notices
        return True

    with cable(program, 10 * IMAGES, interrupt) as pty:
        port = named(pty, tmp_path / "port")
        started.append(subprocess.Popen([*command, "--port", port], stderr=subprocess.PIPE, text=True))
        _, said = started[0].communicate(timeout=60)
    assert (started[0].returncode, said.strip()) == (code, words)
    with host_board(program) as pty:
        port = named(pty, tmp_path / "port")
        report = json.loads(run(*command[3:], "--json", "--port", port).stdout)
    assert 5 < report["resumed"] < 400
    assert (report["n"], report["unequal_bytes"]) == (400, 0)


def test_a_busy_port(lenet5: Path, program: Path) -> None:
    with host_board(program) as port, serial.Serial(port, exclusive=True):
        refused(11, f"{port} is busy; close", by=run("eval", lenet5, "--board", "host", "--port", port))


def test_a_port_of_somebody_else(lenet5: Path, program: Path) -> None:
    """Root may open everything, so that here it gives up that power."""
    powerless = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    with host_board(program) as port:
        os.chmod(port, 0)
        command = [sys.executable, "-m", "edgecnn", "eval", str(lenet5), "--board", "host", "--port", port]
        done = subprocess.run([*powerless, *command], capture_output=True, text=True, check=False)
    refused(11, f"{port} is not yours to open", "usermod -aG dialout", by=done)


def test_several_boards_at_once(lenet5: Path) -> None:
    """Each has its report, in the order in which they were named."""
    names = ("raspberry_pi_4", "mps2_an386", "host")
    chosen = [argument for name in names for argument in ("--board", name)]
    done = run("eval", lenet5, *chosen, "--emulate", "--limit", 20, "--json")
    assert done.returncode == 0, done.stderr
    reports = json.loads(done.stdout)
    assert [report["board"] for report in reports] == list(names)
    assert [(report["n"], report["unequal_bytes"], report["lost"]) for report in reports] == [(20, 0, 0)] * 3
    text = run("eval", lenet5, *chosen[-4:], "--emulate", "--limit", 5).stdout
    assert text.count("unequal bytes against the host: 0") == 2
    assert text.index("mps2_an386, ") < text.index("host, ")


def test_one_of_several_boards_fails(lenet5: Path, program: Path, tmp_path: Path) -> None:
    """The others go on, and the worst end is the end of all."""
    other = tmp_path / "other.tflite"
    other.write_bytes(lenet())
    assert run("convert", other, "-o", tmp_path / "other").returncode == 0
    wrong = build(tmp_path / "other", board.load("host"), tmp_path / "firmware").elf
    with host_board(program) as port, host_board(wrong) as wrong_port:
        ports = ("--port", "/dev/nothing", "--port", port, "--port", wrong_port)
        done = run("eval", lenet5, *("--board", "host") * 3, *ports, "--dataset", "digits", "--limit", 5, "--json")
    assert done.returncode == 13
    reports = json.loads(done.stdout)
    assert [report.get("exit_code") for report in reports] == [11, None, 13]
    assert (reports[1]["n"], reports[1]["unequal_bytes"]) == (5, 0)
    lines = done.stderr.splitlines()
    assert [line.startswith("Error: host: ") for line in lines] == [True, True]
    assert "/dev/nothing does not exist" in lines[0]
    unclear = run("eval", lenet5, *("--board", "host") * 2, "--port", "/dev/nothing")
    refused(2, "2 boards cannot be behind 1 ports", by=unclear)


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """USB serial ports /dev/ttyACM0, 1, ... of these ids, as pyserial would list them; the first is no USB port."""
    ids: list[str] = []

    def comports() -> list[SimpleNamespace]:
        numbers = [[int(part, 16) for part in usb.split(":")] for usb in ids]
        ports = [
            _Port(device=f"/dev/ttyACM{i}", description="a port", vid=vid, pid=pid)
            for i, (vid, pid) in enumerate(numbers)
        ]
        return [*ports, _Port(device="/dev/ttyS0", description="n/a", vid=None, pid=None)]

    monkeypatch.setattr("serial.tools.list_ports.comports", comports)
    return ids


class _Port(SimpleNamespace):
    def __lt__(self, other: "_Port") -> bool:
        return str(self.device) < str(other.device)


MICROBIT, HIFIVE, UNKNOWN = "0d28:0204", "0403:6010", "1a86:7523"


def test_the_port_with_the_boards_usb_id_is_taken(plug: list[str]) -> None:
    plug += [HIFIVE, UNKNOWN, MICROBIT]
    assert connect.only_port(board.load("bbc_microbit")) == "/dev/ttyACM2"
    assert connect.only_port(board.load("hifive1")) == "/dev/ttyACM0"
    assert connect.only_port(board.load("mps2_an386")) == "/dev/ttyACM1"  # no id of its own, nobody else's


def test_no_port_is_taken_that_is_another_boards(plug: list[str]) -> None:
    plug += [HIFIVE]
    with pytest.raises(NoBoardError) as caught:
        connect.only_port(board.load("bbc_microbit"))
    assert str(caught.value) == (
        "no board is attached that could be bbc_microbit; attached: /dev/ttyACM0 (a port, probably hifive1); plug it "
        "in, name its --port, or use --emulate."
    )
    plug.clear()
    with pytest.raises(NoBoardError, match="could be bbc_microbit; plug it in"):
        connect.only_port(board.load("bbc_microbit"))


def test_several_candidates_are_listed(plug: list[str], lenet5: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plug += [MICROBIT, MICROBIT, UNKNOWN]
    with pytest.raises(SeveralBoardsError) as caught, connect.attached(lenet5, "bbc_microbit"):
        pass
    assert caught.value.exit_code == 12
    assert "/dev/ttyACM0 (a port, probably bbc_microbit), /dev/ttyACM1 " in str(caught.value)
    assert "/dev/ttyACM2" not in str(caught.value)


def test_boards_lists_what_is_attached(plug: list[str]) -> None:
    plug += [MICROBIT, UNKNOWN]
    text = CliRunner().invoke(command).stdout.splitlines()
    assert text[-2:] == ["attached: /dev/ttyACM0 (a port, probably bbc_microbit)", "attached: /dev/ttyACM1 (a port)"]
    facts = {facts["id"]: facts["ports"] for facts in json.loads(CliRunner().invoke(command, "--json").stdout)}
    assert list(facts) == board.names()
    assert facts["bbc_microbit"] == [{"device": "/dev/ttyACM0", "description": "a port", "usb": MICROBIT}]
    assert not any(ports for name, ports in facts.items() if name != "bbc_microbit")
