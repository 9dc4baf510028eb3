"""Requests to a board: each is sent until its answer comes, or reported lost."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..errors import NoBoardError, TransferError, WrongModelError
from .line import SILENCE, Arrivals, Line, open_line
from .protocol import ANSWER, VERSION, Command, Frame, Receiver, Status, encode

# Seconds between two hellos, at first and at most: a board that boots loses those that come too early, and a slow line
# still carries those before.
_PING, _PING_AT_MOST = 0.5, 2.0
_HELLO_SIZE = 512  # bytes, more than it usually has
_AROUND = 32  # bytes that two frames have beside their bodies
_PIECE = 4096  # bytes given to the operating system at once


@dataclass
class Traffic:
    """What happened on the line."""

    requests: int = 0
    retries: int = 0
    stale: int = 0  # answers to requests that were answered before
    lost: int = 0  # requests that no retry saved


class RefusedError(Exception):
    """The board answered a request with a status other than OK."""

    def __init__(self, status: int):
        super().__init__(status)
        self.status = status


@dataclass
class _Attempts:
    """One request, sent until an answer comes: each time under a number of its own, or each time under `number`."""

    command: Command
    argument: int = 0
    body: bytes = b""
    number: int | None = None
    sent: dict[int, float] = field(default_factory=dict)  # sequence number -> when first


class Requests:
    """The board behind `port`; see `Device`. Raises PortError when the port cannot be opened.

    Methods raise TransferError when the connection breaks or no answer comes, and WrongModelError for an answer of
    another protocol.
    """

    def __init__(self, port: str | Line, *, baud: int, timeout: float, retries: int):
        self.port = port if isinstance(port, str) else type(port).__name__
        self.traffic = Traffic()
        self.retries = retries
        self._baud, self._timeout = baud, timeout
        self._receiver = Receiver()
        self._sequence = secrets.randbits(32)  # so that answers to an earlier program are not taken for ours
        # Seconds from a request to its answer, the least seen: noise can only lengthen them.
        self._took: dict[tuple[Command, int], float] = {}
        self._pace = 10 / baud  # seconds that a byte takes on the line: a bridge or a radio may be slower than the UART
        self._line = open_line(port, baud) if isinstance(port, str) else port

    def close(self) -> None:
        """Let go of the port."""
        self._line.close()

    @property
    def corrupt(self) -> int:
        """Frames that arrived damaged, noise at the beginning included."""
        return self._receiver.corrupt

    def begin_above(self, sequence: int) -> None:
        """The next request has a larger number than this; by how much is left to chance, as there may be others."""
        self._sequence = (sequence + secrets.randbits(16)) % 2**32

    def hello(self, patience: float) -> bytes:
        """The body of the answer to HELLO; raises NoBoardError when none comes within `patience` seconds."""
        attempts, heard = _Attempts(Command.HELLO), self.corrupt
        end = time.monotonic() + patience
        self.traffic.requests += 1
        answer, wait = None, _PING
        while answer is None and time.monotonic() < end:
            self._send(attempts)
            deadline = time.monotonic() + wait + self._transit(_HELLO_SIZE)
            answer = self._answer(attempts, min(end, deadline), latest=end)
            wait = min(2 * wait, _PING_AT_MOST)
        if answer is None:
            what = "is not edgecnn's firmware, or speaks at another baud rate" if self.corrupt > heard else None
            raise NoBoardError(
                f"what is on {self.port} {what or f'did not answer within {patience:g} seconds'}; "
                "check cable and power, and flash the board with `edgecnn flash`."
            )
        return self._checked(answer)

    def ask(
        self,
        command: Command,
        argument: int = 0,
        body: bytes = b"",
        *,
        size: int | None = None,
        at_most: int = 0,
        usual: float = 0,
        once: bool = False,
    ) -> bytes:
        """The body of the answer, which has `size` bytes; None: any number, `at_most` so many.

        `usual` are the seconds that the board takes, where no answer has told yet. A request that must be carried out
        `once` has one number in all its attempts. Raises RefusedError when the board refuses it.
        """
        attempts = _Attempts(command, argument, body, self._next() if once else None)
        transit = self._transit(_AROUND + len(body) + (at_most if size is None else size))
        expected = self._timeout + transit + 4 * self._took.get((command, argument), usual)
        self.traffic.requests += 1
        for attempt in range(1 + self.retries):
            self.traffic.retries += attempt > 0
            self._send(attempts)
            answer = self._answer(attempts, time.monotonic() + expected * 2**attempt)
            if answer is not None:
                took = time.monotonic() - attempts.sent[answer.sequence]
                self._took[command, argument] = min(took, self._took.get((command, argument), took))
                return self._checked(answer, size)
        self.traffic.lost += 1
        raise TransferError(
            f"the board on {self.port} did not answer {command.name} in {1 + self.retries} attempts; check cable and "
            "power, reset the board and run the command again."
        )

    def _next(self) -> int:
        self._sequence = (self._sequence + 1) % 2**32
        return self._sequence

    def _transit(self, size: int) -> float:
        """Seconds that `size` bytes take on the line."""
        return size * self._pace

    def _send(self, attempts: _Attempts) -> None:
        number = self._next() if attempts.number is None else attempts.number
        data = encode(Frame(attempts.command, number, attempts.argument, attempts.body))
        attempts.sent.setdefault(number, time.monotonic())
        with self._connected():
            for start in range(0, len(data), _PIECE):
                self._line.write(data[start : start + _PIECE])

    def _answer(self, attempts: _Attempts, deadline: float, latest: float = 0) -> Frame | None:
        """The first answer to one of `attempts`, if it comes before `deadline`; any other is discarded.

        While bytes arrive, the deadline is put off, at most until `latest`.
        """
        answer, arrivals = None, Arrivals()
        while answer is None and time.monotonic() < deadline:
            with self._connected():
                data = self._line.read(self._line.in_waiting or 1)
            if data:
                arrivals.note(len(data), time.monotonic())
                deadline = max(deadline, min(latest, arrivals.last + SILENCE))
            for frame in self._receiver.feed(data):
                if answer is None and frame.sequence in attempts.sent and frame.command == attempts.command | ANSWER:
                    answer = frame
                else:
                    self.traffic.stale += 1
        if answer is not None and attempts.command == Command.HELLO:
            self._pace = max(10 / self._baud, arrivals.pace)
        return answer

    def _checked(self, answer: Frame, size: int | None = None) -> bytes:
        """The body of an answer that is as it should be."""
        if answer.version != VERSION:
            raise self.wrong(f"speaks protocol {answer.version}, not {VERSION}")
        if answer.argument != Status.OK:
            raise RefusedError(answer.argument)
        if size is not None and len(answer.body) != size:
            raise self.wrong(f"answered {len(answer.body)} bytes where {size} were expected")
        return answer.body

    def wrong(self, problem: str) -> WrongModelError:
        """The error for firmware that is not as it should be."""
        return WrongModelError(f"the firmware on {self.port} {problem}; flash it with `edgecnn flash`.")

    @contextmanager
    def _connected(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:  # pyserial's SerialException is one
            raise TransferError(
                f"the connection to {self.port} broke ({error}); plug the board in and run the command again."
            ) from error
