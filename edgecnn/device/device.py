"""A board that runs the firmware, at the end of a line: what it can be asked for."""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..door import Given, give, named, split, take
from ..errors import TransferError, UsageError, VerificationError, WrongModelError
from .hello import Hello
from .line import Line
from .protocol import Command, Status
from .requests import RefusedError, Requests, Traffic

_OF_ROWS = (Command.ROW, Command.INFER, Command.LAYER, Command.TRACE)  # where the input is streamed


@dataclass(frozen=True)
class Inference:
    """Output codes, an array or arrays by name, and what they took on the board."""

    codes: Any
    ticks: int


@dataclass(frozen=True)
class Image:
    """Size and CRC-32 of the program in the board's memory; size 0 where the firmware cannot tell."""

    size: int
    crc: int


class _OutOfTurnError(Exception):
    """The board expects other rows of a streamed input."""


class Device:
    """The board behind `port`: a serial port (/dev/ttyACM0, COM3), a socket (socket://host:1234), the
    program on a Linux computer (ssh://user@host), or a Line.

    Opens the port, leaves it alone for `settle` seconds and says hello for up to `patience` seconds, again and again,
    but not while bytes arrive: raises PortError when the port cannot be opened, NoBoardError when nothing answers,
    WrongModelError when the answer is not ours. A network with state is reset.
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
        self.patience = patience
        self._requests = Requests(port, baud=baud, timeout=timeout, retries=retries)
        self.port = self._requests.port
        self.identity: tuple[str, ...] = (self.port,)  # where the program runs, and its hash where that is known
        try:
            time.sleep(settle)
            self.info = self.hello()
            if self.info.has_state:
                self._requests.begin_above(self.info.sequence)
                self.reset()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the port."""
        self._requests.close()

    @property
    def traffic(self) -> Traffic:
        """What happened on the line so far."""
        return self._requests.traffic

    @property
    def corrupt(self) -> int:
        """Frames that arrived damaged, noise at the beginning included."""
        return self._requests.corrupt

    def hello(self) -> Hello:
        """What the board says about itself now."""
        try:
            return Hello.parse(self._requests.hello(self.patience))
        except RefusedError as error:
            raise self._refused(error) from None
        except (ValueError, struct.error):
            raise self._requests.wrong("is not of this version") from None

    def expect(self, name: str, sha256: str) -> None:
        """Raise WrongModelError unless the board runs the model with this hash, VerificationError unless it passed
        its self-test."""
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

    def reset(self) -> None:
        """A network with state forgets all inferences so far."""
        self._ask(Command.RESET, size=0)

    def infer(self, codes: Given) -> Inference:
        """Output codes for the input codes of one image: an array of the input's shape (or flat), or arrays by name."""
        outputs = self.info.outputs
        size = sum(door.tensor.bytes for door in outputs)
        body = self._compute(Command.INFER, self._input(codes, codes=True), size=4 + size)
        (ticks,) = struct.unpack_from("<I", body)
        parts = split(outputs, np.frombuffer(body, np.uint8, offset=4)[np.newaxis])
        return Inference(give(outputs, [part[0] for part in parts]), ticks)

    def invoke(self, x: Given) -> Any:
        """As `infer`, in the types of the model file: where it has float32, real values in and out."""
        given = take(self.info.inputs, self._batch(x), codes=False)
        answer = self.infer({door.name: part[0] for door, part in zip(self.info.inputs, given, strict=True)})
        codes = named(self.info.outputs, answer.codes)
        return give(self.info.outputs, [door.from_codes(codes[door.name]) for door in self.info.outputs])

    def layer(self, index: int, codes: Given) -> NDArray[np.int8]:
        """The output codes of layer `index` of the C, flat, for one image; a network with state begins anew."""
        if not 0 <= index < self.info.layers:
            raise UsageError(f"{self.info.model} has no layer {index}; choose one of 0 to {self.info.layers - 1}.")
        body = self._compute(Command.LAYER, self._input(codes, codes=True), index, at_most=self.info.arena)
        return np.frombuffer(body, np.int8)

    def trace(self, codes: Given) -> list[NDArray[np.int8]]:
        """As `layer`, of all layers by their numbers, computed once."""
        most = (self.info.arena + 4) * self.info.layers + 4
        body = self._compute(Command.TRACE, self._input(codes, codes=True), at_most=most)
        layers, at = [], 0
        try:
            for _ in range(self.info.layers):
                (size,) = struct.unpack_from("<I", body, at)
                layers.append(np.frombuffer(body[at + 4 : at + 4 + size], np.int8))
                at += 4 + size
        except struct.error:
            at = len(body)
        if at + 4 != len(body):
            raise self._requests.wrong("answered TRACE with something else than its layers")
        return layers

    def time(self) -> list[int]:
        """Ticks (of info.ticks_per_second) that each layer takes, by their numbers."""
        body = self._ask(Command.TIME, size=4 * self.info.layers)
        return list(struct.unpack(f"<{self.info.layers}I", body))

    def self_test(self) -> tuple[int, int]:
        """Failures at boot and now; bit i: vector i was wrong."""
        at_boot, now = self._ask(Command.SELF_TEST, size=2)
        return at_boot, now

    def image(self) -> Image:
        """The CRC-32 of the program as it lies in the board's memory."""
        return Image(*struct.unpack("<II", self._ask(Command.IMAGE, size=8)))

    def stack(self) -> int | None:
        """Bytes of stack that were ever used since reset; None where the firmware cannot tell."""
        (used,) = struct.unpack("<I", self._ask(Command.STACK, size=4))
        return used or None

    def _batch(self, given: Given) -> dict[str, NDArray[Any]]:
        """One image as a batch of one, by the inputs' names; flat codes get their shape."""
        inputs = self.info.inputs
        by_name = given if isinstance(given, Mapping) else {inputs[0].name: given} if len(inputs) == 1 else {}
        shapes = {door.name: door for door in inputs}
        batch = {name: np.asarray(values)[np.newaxis] for name, values in by_name.items()}
        for name, values in batch.items():
            if name in shapes and values.shape == (1, shapes[name].tensor.size):
                batch[name] = values.reshape(1, *shapes[name].shape)
        return batch

    def _input(self, given: Given, *, codes: bool) -> bytes:
        return b"".join(part[0].tobytes() for part in take(self.info.inputs, self._batch(given), codes=codes))

    def _compute(
        self, command: Command, codes: bytes, argument: int = 0, *, size: int | None = None, at_most: int = 0
    ) -> bytes:
        """As `_ask`, of an input, which is handed over row by row where it is streamed."""
        rows = self.info.rows
        if not rows:
            return self._ask(command, argument, codes, size=size, at_most=at_most)
        row = len(codes) // rows
        for _ in range(1 + self._requests.retries):
            try:
                for number in range(rows):
                    self._ask(Command.ROW, number, codes[number * row : (number + 1) * row], size=0)
                return self._ask(command, argument, size=size, at_most=at_most)
            except _OutOfTurnError:  # it was reset, or computed once, and the answer was lost
                self.traffic.retries += 1
        self.traffic.lost += 1
        raise TransferError(
            f"the board on {self.port} lost rows of the input {1 + self._requests.retries} times; check cable and "
            "power, reset the board and run the command again."
        )

    def _ask(
        self, command: Command, argument: int = 0, body: bytes = b"", *, size: int | None = None, at_most: int = 0
    ) -> bytes:
        """The body of the answer; raises _OutOfTurnError where rows are to be handed over again."""
        usual = self.info.self_test_ticks / max(self.info.ticks_per_second, 1)
        once = self.info.has_state and command == Command.INFER
        try:
            return self._requests.ask(command, argument, body, size=size, at_most=at_most, usual=usual, once=once)
        except RefusedError as error:
            if self.info.rows and command in _OF_ROWS and error.status == Status.BAD_ARGUMENT:
                raise _OutOfTurnError from None
            if once and error.status == Status.BAD_ARGUMENT:
                raise TransferError(
                    f"the board on {self.port} was reset in the middle of a sequence; run the command again."
                ) from None
            raise self._refused(error) from None

    def _refused(self, error: RefusedError) -> Exception:
        if error.status == Status.STALE:
            return TransferError(
                f"the board on {self.port} also answers another program; end that and run the command again."
            )
        names = {status.value: status.name for status in Status}
        return self._requests.wrong(f"refused a request ({names.get(error.status, error.status)})")
