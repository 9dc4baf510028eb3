"""What is taken for the answer to a request."""

import dataclasses
import re
from collections.abc import Callable

import pytest

from edgecnn.device.device import Device
from edgecnn.device.protocol import ANSWER, VERSION, Command, Frame, Receiver, Status, encode
from edgecnn.errors import WrongModelError
from tests.support.failure import failure
from tests.support.host_firmware import recorded_hello


class Actor:
    """A Line that answers each frame as `play` says."""

    def __init__(self, play: Callable[[Frame], list[Frame]]):
        self.play, self.receiver, self.waiting = play, Receiver(), b""

    @property
    def in_waiting(self) -> int:
        return len(self.waiting)

    def read(self, size: int = 1, /) -> bytes:
        data, self.waiting = self.waiting[:size], self.waiting[size:]
        return data

    def write(self, data: bytes, /) -> None:
        self.waiting += b"".join(encode(answer) for frame in self.receiver.feed(data) for answer in self.play(frame))

    def close(self) -> None:
        pass


def answer(frame: Frame, body: bytes = b"", status: int = Status.OK, version: int = VERSION) -> Frame:
    return Frame(frame.command | ANSWER, frame.sequence, status, body, version)


@pytest.mark.parametrize(
    ("play", "problem"),
    [
        (lambda frame: [answer(frame, version=1)], "speaks protocol 1, not 2"),
        (lambda frame: [answer(frame, status=Status.BAD_COMMAND)], r"refused a request \(BAD_COMMAND\)"),
        (lambda frame: [answer(frame, status=99)], r"refused a request \(99\)"),
        (lambda frame: [answer(frame, b"short")], "is not of this version"),
        (lambda frame: [answer(frame, bytes(100))], "is not of this version"),
    ],
)
def test_other_firmware(play: Callable[[Frame], list[Frame]], problem: str) -> None:
    assert re.search(problem, failure(WrongModelError, 13, lambda: Device(Actor(play))))


def test_only_the_answer_to_this_request_counts(port: str) -> None:
    """An echo, an answer to another number and one to another command are discarded."""
    with Device(port) as real:
        info = real.hello()

    def play(frame: Frame) -> list[Frame]:
        right = answer(frame, hello if frame.command == Command.HELLO else b"\0\0")
        stale = Frame(right.command, frame.sequence + 9, 0, b"\1\1")
        other = Frame(Command.IMAGE | ANSWER, frame.sequence, 0, b"\1\1")
        return [frame, stale, other, right, right]

    hello = recorded_hello(port)
    device = Device(Actor(play))
    assert device.info == info
    assert device.self_test() == (0, 0)
    assert device.traffic.stale == 8
    device.info = dataclasses.replace(info, layers=5)
    assert "answered 2 bytes where 20" in failure(WrongModelError, 13, device.time)
