"""A line on which time goes by as the test says."""

from collections import deque
from collections.abc import Callable

from edgecnn.device.protocol import Frame, Receiver


class Clock:
    """The time, as far as it goes by on a line."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Scripted:
    """A line on which `hears` is told of each request and when it came, and says what arrives after how long."""

    def __init__(self, clock: Clock, hears: Callable[[Frame, float], list[tuple[float, bytes]]]):
        self.clock, self.hears, self.begin = clock, hears, clock.now
        self.receiver, self.coming, self.asked = Receiver(), deque[tuple[float, bytes]](), list[float]()

    in_waiting = 0

    def read(self, size: int = 1, /) -> bytes:
        if self.coming and self.coming[0][0] <= self.clock.now + 0.05:
            self.clock.now = max(self.clock.now, self.coming[0][0])
            return self.coming.popleft()[1]
        self.clock.now += 0.05
        return b""

    def write(self, data: bytes, /) -> None:
        for frame in self.receiver.feed(data):
            passed = self.clock.now - self.begin
            self.asked.append(round(passed, 1))
            self.coming.extend((self.clock.now + later, part) for later, part in self.hears(frame, passed))

    def close(self) -> None:
        pass
