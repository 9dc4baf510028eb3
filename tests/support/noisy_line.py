"""A line that harms what passes, and a board asked over it."""

from collections.abc import Callable, Sequence

import numpy as np

from edgecnn.device.device import Device
from edgecnn.device.line import Line
from edgecnn.errors import TransferError


class Noisy:
    """A line that harms what passes: bits flipped, bytes lost or doubled, frames cut or repeated, garbage between; and
    what is written comes later, after what follows it, or once more then."""

    FAULTS = ("flip", "drop", "double", "cut", "repeat", "garbage", "delay", "echo")

    def __init__(self, line: Line, seed: int):
        self.line, self.rng = line, np.random.default_rng(seed)
        self.rate = {"write": 0.0, "read": 0.0}
        self.injected = dict.fromkeys(self.FAULTS, 0)
        self.late: list[tuple[int, bytes]] = []  # how many writes later, what

    @property
    def in_waiting(self) -> int:
        return self.line.in_waiting

    def read(self, size: int = 1, /) -> bytes:
        data = self.line.read(size)
        return self._harmed(data, self.rate["read"], self.FAULTS[:-2]) if data else data

    def write(self, data: bytes, /) -> int | None:
        due = [held for later, held in self.late if later == 0]
        self.late = [(later - 1, held) for later, held in self.late if later]
        return self.line.write(b"".join([self._harmed(data, self.rate["write"], self.FAULTS), *due]))

    def close(self) -> None:
        self.line.close()

    def _harmed(self, data: bytes, rate: float, faults: Sequence[str]) -> bytes:
        if self.rng.random() >= rate:
            return data
        fault = str(self.rng.choice(faults))
        self.injected[fault] += 1
        at = int(self.rng.integers(len(data)))
        garbage = self.rng.bytes(int(self.rng.integers(1, 50)))
        if fault in ("delay", "echo"):
            self.late.append((int(self.rng.integers(5)), data))
        return {
            "delay": b"",
            "echo": data,
            "flip": data[:at] + bytes([data[at] ^ 1 << int(self.rng.integers(8))]) + data[at + 1 :],
            "drop": data[:at] + data[at + int(self.rng.integers(1, 5)) :],
            "double": data[: at + 1] + data[at:],
            "cut": data[:at],
            "repeat": data + data,
            "garbage": garbage + data,
        }[fault]


def endure(
    faults: int,
    device: Device,
    line: Noisy,
    questions: Sequence[Callable[[], None]],
    *,
    write: float,
    read: float,
    requests_each: int | None = 1,
) -> int:
    """Ask `questions` in turn, each of which checks its answer, until the line has done so many faults: to this share
    of what is written and read at once. Each is `requests_each` requests (None: some). No answer is wrong, none is
    missing without a word; says how many came."""
    line.rate |= {"write": write, "read": read}
    before, answered, lost = device.traffic.requests, 0, 0
    while sum(line.injected.values()) < faults:
        try:
            questions[(answered + lost) % len(questions)]()
            answered += 1
        except TransferError as error:
            assert "did not answer" in str(error) or "lost rows" in str(error)
            lost += 1
    line.rate |= {"write": 0, "read": 0}
    assert device.hello() == device.info
    assert device.traffic.lost == lost
    if requests_each:
        assert device.traffic.requests - before - 1 == requests_each * (answered + lost)
    return answered
