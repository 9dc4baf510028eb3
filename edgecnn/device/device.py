"""A board that runs the firmware, at the end of a serial line: it is asked until it answers, or reported lost."""

from __future__ import annotations

import secrets
import struct
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import NoBoardError, TransferError, UsageError, VerificationError, WrongModelError
from .hello import Hello
from .line import SILENCE, Arrivals, Line, open_line
from .protocol import ANSWER, VERSION, Command, Frame, Receiver, Status, encode

# Seconds between two hellos, at first and at most: a board that boots loses those that come too early, and a slow line
# still carries those before.
_PING, _PING_AT_MOST = 0.5, 2.0
_HELLO_SIZE = 512  # bytes, more than it has
_AROUND = 32  # bytes that two frames have beside their bodies
_PIECE = 4096  # bytes given to the operating system at once

_OF_ROWS = (Command.ROW, Command.INFER, Command.LAYER)  # where the input is streamed


@dataclass(frozen=True)
class Inference:
    """Output codes, and what they took on the board."""

    codes: NDArray[np.int8]
    ticks: int


@dataclass(frozen=True)
class Image:
    """Size and CRC-32 of the program in the board's memory; size 0 where the firmware cannot tell."""

    size: int
    crc: int


@dataclass
class Traffic:
    """What happened on the line."""

    requests: int = 0
    retries: int = 0
    stale: int = 0  # answers to requests that were answered before
    lost: int = 0  # requests that no retry saved


class _OutOfTurnError(Exception):
    """The board expects other rows of a streamed input."""


@dataclass
class _Attempts:
    """One request, sent until an answer comes: each time under a number of its own."""

    command: Command
    argument: int = 0
    body: bytes = b""
    sent: dict[int, float] = field(default_factory=dict)  # sequence number -> when


class Device:
    """The board behind `port`: a serial port (/dev/ttyACM0, COM3), a socket (socket://host:1234), the
    program on a Linux computer (ssh://user@host), or a Line.

    Opens the port, leaves it alone for `settle` seconds and says hello for up to `patience` seconds, again and again,
    but not while bytes arrive: raises PortError when the port cannot be opened, NoBoardError when nothing answers,
    WrongModelError when the answer is not ours.
    Every other method raises TransferError when the connection breaks or no answer comes: each attempt waits `timeout`
    seconds beyond what the computation and the line should take, twice as long as the one before.
    """

    def __init__(
        self,
        port: str | Line,
        *,
        baud: int = 115200,
        timeout: float = 1,
        retries: int = 3,
        patience: float = 10,
        settle: float = 0,
    ):
        self.port = port if isinstance(port, str) else type(port).__name__
        self.baud, self.timeout, self.retries, self.patience = baud, timeout, retries, patience
        self.identity: tuple[str, ...] = (self.port,)  # where the program runs, and its hash where that is known
        self.traffic = Traffic()
        self._receiver = Receiver()
        self._sequence = secrets.randbits(32)  # so that answers to an earlier program are not taken for ours
        # Seconds from a request to its answer, the least seen: noise can only lengthen them.
        self._took: dict[tuple[Command, int], float] = {}
        self._pace = 10 / baud  # seconds that a byte takes on the line: a bridge or a radio may be slower than the UART
        self._line = open_line(port, baud) if isinstance(port, str) else port
        try:
            time.sleep(settle)
            self.info = self.hello()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the port."""
        self._line.close()

    @property
    def corrupt(self) -> int:
        """Frames that arrived damaged, noise at the beginning included."""
        return self._receiver.corrupt

    def hello(self) -> Hello:
        """What the board says about itself now."""
        attempts, heard = _Attempts(Command.HELLO), self._receiver.corrupt
        end = time.monotonic() + self.patience
        self.traffic.requests += 1
        answer, wait = None, _PING
        while answer is None and time.monotonic() < end:
            self._send(attempts)
            deadline = time.monotonic() + wait + self._transit(_HELLO_SIZE)
            answer = self._answer(attempts, min(end, deadline), latest=end)
            wait = min(2 * wait, _PING_AT_MOST)
        if answer is None:
            what = (
                "is not edgecnn's firmware, or speaks at another baud rate" if self._receiver.corrupt > heard else None
            )
            raise NoBoardError(
                f"what is on {self.port} {what or f'did not answer within {self.patience:g} seconds'}; "
                "check cable and power, and flash the board with `edgecnn flash`."
            )
        body = self._checked(answer)
        try:
            info = Hello.parse(body)
        except (ValueError, struct.error):
            raise WrongModelError(
                f"the firmware on {self.port} is not of this version; flash it with `edgecnn flash`."
            ) from None
        return info

    def expect(self, manifest: Mapping[str, Any]) -> None:
        """Raise WrongModelError unless the board runs the model of this manifest, VerificationError unless it passed
        its self-test."""
        name, sha256 = manifest["name"], manifest["model"]["sha256"]
        if self.info.sha256 != sha256:
            raise WrongModelError(
                f"the board on {self.port} runs {self.info.model} (SHA-256 {self.info.sha256[:12]}...), not {name} "
                f"({sha256[:12]}...); flash it with `edgecnn flash`."
            )
        if self.info.self_test_failures:
            raise VerificationError(
                f"{self.info.board} on {self.port} computed its self-test wrong at boot; flash it again, and if that "
                "does not help distrust its compiler or its memory."
            )

    def infer(self, codes: ArrayLike) -> Inference:
        """Output codes for the input codes of one image, int8 and of the input's shape (or flat)."""
        body = self._compute(Command.INFER, 4 + self.info.output.size, 0, self._input(codes))
        (ticks,) = struct.unpack_from("<I", body)
        return Inference(np.frombuffer(body, np.int8, offset=4).reshape(self.info.output.shape), ticks)

    def layer(self, index: int, codes: ArrayLike) -> NDArray[np.int8]:
        """The output codes of layer `index`, flat, for one image."""
        if not 0 <= index < self.info.layers:
            raise UsageError(f"{self.info.model} has no layer {index}; choose one of 0 to {self.info.layers - 1}.")
        return np.frombuffer(self._compute(Command.LAYER, None, index, self._input(codes)), np.int8)

    def trace(self, codes: ArrayLike) -> list[NDArray[np.int8]]:
        """The output codes of every layer, flat, for one image."""
        return [self.layer(index, codes) for index in range(self.info.layers)]

    def time(self) -> list[int]:
        """Ticks (of info.ticks_per_second) that each layer takes."""
        body = self._ask(Command.TIME, 4 * self.info.layers)
        return list(struct.unpack(f"<{self.info.layers}I", body))

    def self_test(self) -> tuple[int, int]:
        """Failures at boot and now; bit i: vector i was wrong."""
        at_boot, now = self._ask(Command.SELF_TEST, 2)
        return at_boot, now

    def image(self) -> Image:
        """The CRC-32 of the program as it lies in the board's memory."""
        return Image(*struct.unpack("<II", self._ask(Command.IMAGE, 8)))

    def stack(self) -> int | None:
        """Bytes of stack that were ever used since reset; None where the firmware cannot tell."""
        (used,) = struct.unpack("<I", self._ask(Command.STACK, 4))
        return used or None

    def _input(self, codes: ArrayLike) -> bytes:
        array, shape = np.asarray(codes), self.info.input.shape
        if array.dtype != np.int8 or array.shape not in (shape, (self.info.input.size,)):
            raise UsageError(
                f"{self.info.model} takes int8 codes of shape {shape}, but got {array.dtype} {array.shape}."
            )
        return array.tobytes()

    def _compute(self, command: Command, size: int | None, argument: int, codes: bytes) -> bytes:
        """As `_ask`, of an input, which is handed over row by row where it is streamed."""
        rows = self.info.rows
        if not rows:
            return self._ask(command, size, argument, codes)
        row = len(codes) // rows
        for _ in range(1 + self.retries):
            try:
                for number in range(rows):
                    self._ask(Command.ROW, 0, number, codes[number * row : (number + 1) * row])
                return self._ask(command, size, argument)
            except _OutOfTurnError:  # it was reset, or computed once, and the answer was lost
                self.traffic.retries += 1
        self.traffic.lost += 1
        raise TransferError(
            f"the board on {self.port} lost rows of the input {1 + self.retries} times; check cable and power, reset "
            "the board and run the command again."
        )

    def _ask(self, command: Command, size: int | None, argument: int = 0, body: bytes = b"") -> bytes:
        """The body of the answer, which has `size` bytes; None: any number."""
        attempts = _Attempts(command, argument, body)
        usual = self._took.get((command, argument), self.info.self_test_ticks / max(self.info.ticks_per_second, 1))
        transit = self._transit(_AROUND + len(body) + (self.info.arena if size is None else size))
        expected = self.timeout + transit + 4 * usual
        self.traffic.requests += 1
        for attempt in range(1 + self.retries):
            self.traffic.retries += attempt > 0
            self._send(attempts)
            answer = self._answer(attempts, time.monotonic() + expected * 2**attempt)
            if answer is not None:
                took = time.monotonic() - attempts.sent[answer.sequence]
                self._took[command, argument] = min(took, self._took.get((command, argument), took))
                if self.info.rows and command in _OF_ROWS and answer.argument == Status.BAD_ARGUMENT:
                    raise _OutOfTurnError
                return self._checked(answer, size)
        self.traffic.lost += 1
        raise TransferError(
            f"the board on {self.port} did not answer {command.name} in {1 + self.retries} attempts; check cable and "
            "power, reset the board and run the command again."
        )

    def _transit(self, size: int) -> float:
        """Seconds that `size` bytes take on the line."""
        return size * self._pace

    def _send(self, attempts: _Attempts) -> None:
        self._sequence = (self._sequence + 1) % 2**32
        data = encode(Frame(attempts.command, self._sequence, attempts.argument, attempts.body))
        attempts.sent[self._sequence] = time.monotonic()
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
            self._pace = max(10 / self.baud, arrivals.pace)
        return answer

    def _checked(self, answer: Frame, size: int | None = None) -> bytes:
        """The body of an answer that is as it should be."""
        if answer.version != VERSION:
            problem = f"speaks protocol {answer.version}, not {VERSION}"
        elif answer.argument != Status.OK:
            names = {status.value: status.name for status in Status}
            problem = f"refused a request ({names.get(answer.argument, answer.argument)})"
        elif size is not None and len(answer.body) != size:
            problem = f"answered {len(answer.body)} bytes where {size} were expected"
        else:
            return answer.body
        raise WrongModelError(f"the firmware on {self.port} {problem}; flash it with `edgecnn flash`.")

    @contextmanager
    def _connected(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:  # pyserial's SerialException is one
            raise TransferError(
                f"the connection to {self.port} broke ({error}); plug the board in and run the command again."
            ) from error
