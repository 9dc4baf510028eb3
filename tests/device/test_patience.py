"""How long a board is waited for, how often it is asked meanwhile, and lines that carry a byte in milliseconds."""

import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import serial

import edgecnn
from edgecnn import board
from edgecnn.building.build import build
from edgecnn.device.device import Device
from edgecnn.device.line import Line
from edgecnn.device.protocol import ANSWER, Command, Frame, encode
from edgecnn.emulators.host_board import host_board
from edgecnn.errors import NoBoardError
from tests.support.host_firmware import recorded_hello
from tests.support.scripted_line import Clock, Scripted
from tests.support.streamed import X, small


class Slow:
    """A line on which each byte takes `pace` seconds, in both directions."""

    def __init__(self, line: Line, pace: float):
        self.line, self.pace = line, pace
        self.ways: tuple[deque[tuple[float, int]], ...] = (deque(), deque())  # there and back: when it arrives, a byte

    @property
    def in_waiting(self) -> int:
        return 1

    def read(self, size: int = 1, /) -> bytes:
        there, back = self.ways
        self.line.write(self._arrived(there))
        self._send(back, self.line.read(self.line.in_waiting or 1))
        return self._arrived(back, size)

    def write(self, data: bytes, /) -> None:
        self._send(self.ways[0], data)

    def close(self) -> None:
        self.line.close()

    def _send(self, way: deque[tuple[float, int]], data: bytes) -> None:
        start = max(time.monotonic(), way[-1][0] if way else 0)
        way.extend((start + self.pace * (i + 1), byte) for i, byte in enumerate(data))

    @staticmethod
    def _arrived(way: deque[tuple[float, int]], size: int = 4096) -> bytes:
        data = bytearray()
        while way and way[0][0] <= time.monotonic() and len(data) < size:
            data.append(way.popleft()[1])
        return bytes(data)


@pytest.fixture(scope="module", params=[0, 2], ids=["whole", "streamed"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small network on this computer."""
    place: Path = tmp_path_factory.mktemp("small")
    host = board.load("host")
    edgecnn.write_c(small(), place / "small", name="small", stream=request.param, target=host.target)
    with host_board(build(place / "small", host, place / "firmware").elf) as name:
        yield name


def test_a_line_of_five_milliseconds_a_byte(port: str) -> None:
    """It opens well within the patience, is asked no more than a second time, and then known to be slow."""
    line = Slow(serial.Serial(port, timeout=0.001), 0.005)
    start = time.monotonic()
    with Device(line, timeout=0.5) as device:
        assert time.monotonic() - start < 5
        assert device.traffic.stale <= 1
        assert np.array_equal(device.infer(X[0]).codes.ravel(), small().evaluate(X[:1]).ravel())
        assert (device.traffic.retries, device.traffic.lost, device.corrupt) == (0, 0, 0)


@pytest.mark.parametrize(("options", "patience"), [({}, 10), ({"patience": 3}, 3), ({"settle": 2, "patience": 5}, 7)])
def test_a_silent_board_is_waited_for_as_long_as_it_is_said(
    options: dict[str, float], patience: float, clock: Clock
) -> None:
    line = Scripted(clock, lambda frame, passed: [])
    with pytest.raises(NoBoardError, match=f"did not answer within {options.get('patience', 10)} seconds"):
        Device(line, **options)  # type: ignore[arg-type]
    assert patience <= clock.now - line.begin < patience + 0.2


def test_it_is_asked_at_once_and_then_less_and_less_often(clock: Clock) -> None:
    line = Scripted(clock, lambda frame, passed: [])
    with pytest.raises(NoBoardError):
        Device(line, baud=10**9)
    pauses = np.diff(line.asked)
    assert line.asked[0] == 0
    assert np.allclose(pauses[:2], [0.5, 1], atol=0.1)
    assert np.allclose(pauses[2:], 2, atol=0.1)
    assert len(pauses) == 6


@pytest.mark.parametrize(("boots", "found"), [(0, True), (4, True), (9.4, True), (9.9, False), (30, False)])
def test_a_board_that_boots_within_the_patience_is_found(boots: float, found: bool, clock: Clock, port: str) -> None:
    body = recorded_hello(port)

    def hears(frame: Frame, passed: float) -> list[tuple[float, bytes]]:
        reply = encode(Frame(Command.HELLO | ANSWER, frame.sequence, 0, body))
        return [(0.01, reply)] if passed >= boots else []

    line = Scripted(clock, hears)
    if found:
        assert Device(line).info.model == "small"
        assert clock.now - line.begin < boots + 2.5
    else:
        with pytest.raises(NoBoardError):
            Device(line)


def test_nobody_is_asked_while_bytes_arrive(clock: Clock, port: str) -> None:
    """An answer that takes nine seconds on the line, a tenth of a second for each piece, is heard to its end."""
    body = recorded_hello(port)

    def hears(frame: Frame, passed: float) -> list[tuple[float, bytes]]:
        reply = encode(Frame(Command.HELLO | ANSWER, frame.sequence, 0, body))
        size = -(-len(reply) // 90)
        return [(0.1 * i, reply[i * size : (i + 1) * size]) for i in range(-(-len(reply) // size))]

    line = Scripted(clock, hears)
    device = Device(line)
    assert device.info.model == "small"
    assert line.asked == [0]
    assert 5 < clock.now - line.begin < 10
