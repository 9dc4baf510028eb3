"""A board's end of a serial line: a pty, with a thread that is the board."""

from __future__ import annotations

import os
import select
import socket
import threading
import tty
from collections.abc import Callable
from contextlib import suppress


class Interrupted(Exception):  # noqa: N818 - no error
    """The board was reset, or the test is over."""


class Line:
    """A raw pty; `port` is its name for the other side, which may open it again and again."""

    def __init__(self) -> None:
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        self.port = os.ttyname(self._theirs)
        self._woken, self._wake = os.pipe()

    def interrupt(self) -> None:
        """End whatever `read` or `bridge` is waiting for."""
        os.write(self._wake, b"!")

    def close(self) -> None:
        for descriptor in (self._ours, self._theirs, self._woken, self._wake):
            os.close(descriptor)

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes."""
        data = b""
        while len(data) < size:
            self._wait(self._ours)
            data += os.read(self._ours, size - len(data))
        return data

    def poll(self, seconds: float) -> bytes:
        """What arrives next, or nothing within `seconds`."""
        return os.read(self._ours, 4096) if self._wait(self._ours, seconds=seconds) else b""

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._ours, data) :]

    def bridge(self, url: str) -> None:
        """Be the serial port `url`, until interrupted."""
        host, _, port = url.removeprefix("socket://").partition(":")
        with socket.create_connection((host, int(port))) as other:
            while True:
                ready = self._wait(self._ours, other.fileno())
                if self._ours in ready:
                    other.sendall(os.read(self._ours, 4096))
                if other.fileno() in ready:
                    self.write(other.recv(4096))

    def _wait(self, *descriptors: int, seconds: float | None = None) -> list[int]:
        ready = select.select([*descriptors, self._woken], [], [], seconds)[0]
        if self._woken in ready:
            os.read(self._woken, 1)
            raise Interrupted
        return ready


class Board:
    """A thread that runs `life` again after every reset; and one for each of `others`, which live beside it."""

    def __init__(self, life: Callable[[], None], line: Line, *others: Callable[[Board], None]) -> None:
        self._life, self._line, self.alive = life, line, True
        self._threads = [threading.Thread(target=self._live)]
        self._threads += [threading.Thread(target=other, args=(self,)) for other in others]

    def __enter__(self) -> Board:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.alive = False
        self._line.interrupt()
        for thread in self._threads:
            thread.join()
        self._line.close()

    def reset(self) -> None:
        self._line.interrupt()

    def _live(self) -> None:
        while self.alive:
            with suppress(Interrupted):
                self._life()
