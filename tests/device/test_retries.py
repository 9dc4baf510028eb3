"""A request is sent again when no answer comes, after longer and longer; what is learnt of the board's time is kept."""

from collections.abc import Callable

import numpy as np
import pytest

from edgecnn.device.protocol import ANSWER, Command, Frame, encode
from edgecnn.device.requests import Requests
from edgecnn.errors import TransferError
from tests.support.scripted_line import Clock, Scripted

Hears = Callable[[Frame, float], list[tuple[float, bytes]]]
TIMEOUT = 0.5


def asked(clock: Clock, hears: Hears, baud: int = 10**9) -> tuple[Scripted, Requests]:
    line = Scripted(clock, hears)
    return line, Requests(line, baud=baud, timeout=TIMEOUT, retries=3)


def answers(after: float, body: bytes = b"") -> Hears:
    return lambda frame, passed: [(after, encode(Frame(frame.command | ANSWER, frame.sequence, 0, body)))]


def test_each_attempt_is_waited_for_twice_as_long_as_the_one_before(clock: Clock) -> None:
    line, board = asked(clock, lambda frame, passed: [])
    with pytest.raises(TransferError, match="did not answer INFER in 4 attempts"):
        board.ask(Command.INFER)
    assert np.allclose(np.diff([*line.asked, clock.now - line.begin]), [0.5, 1, 2, 4], atol=0.15)
    assert (board.traffic.requests, board.traffic.retries, board.traffic.lost) == (1, 3, 1)


def test_the_seconds_that_a_board_usually_takes_are_added_four_times(clock: Clock) -> None:
    line, board = asked(clock, lambda frame, passed: [])
    with pytest.raises(TransferError):
        board.ask(Command.INFER, usual=1)
    assert np.allclose(np.diff(line.asked), [4.5, 9, 18], atol=0.15)


def test_bytes_that_are_on_their_way_are_waited_for(clock: Clock) -> None:
    line, board = asked(clock, lambda frame, passed: [], baud=10_000)  # a thousand bytes a second
    with pytest.raises(TransferError):
        board.ask(Command.INFER, body=bytes(968), size=1000)
    assert np.allclose(np.diff(line.asked), [2.5, 5, 10], atol=0.15)


def test_the_least_time_that_an_answer_took_is_remembered(clock: Clock) -> None:
    """Of each command and layer by itself; noise and retries can only lengthen it."""
    delays = iter([1.0, 3.0])
    line, board = asked(clock, lambda frame, passed: answers(next(delays))(frame, passed))
    for _ in range(2):
        board.ask(Command.LAYER, 3, usual=2)
    line.hears = lambda frame, passed: []
    for layer, waited in ((3, TIMEOUT + 4), (4, TIMEOUT)):
        line.asked.clear()
        with pytest.raises(TransferError):
            board.ask(Command.LAYER, layer)
        assert np.diff(line.asked)[0] == pytest.approx(waited, abs=0.25)


def test_what_keeps_its_number_took_its_time_since_the_first_attempt(clock: Clock) -> None:
    line, board = asked(clock, answers(0.8))
    board.ask(Command.INFER, once=True)
    line.hears = lambda frame, passed: []
    line.asked.clear()
    with pytest.raises(TransferError):
        board.ask(Command.INFER, once=True)
    assert np.diff(line.asked)[0] == pytest.approx(TIMEOUT + 4 * 0.8, abs=0.25)


def test_an_answer_to_an_earlier_attempt_counts_once(clock: Clock) -> None:
    """It comes when the request was sent again; then the second is stale, whatever is asked next."""
    line, board = asked(clock, answers(0.8))
    board.ask(Command.TIME)
    assert len(line.asked) == 2
    assert (board.traffic.retries, board.traffic.stale, board.traffic.lost) == (1, 0, 0)
    board.ask(Command.TIME)
    assert board.traffic.stale == 1


def test_what_is_carried_out_once_keeps_its_number(clock: Clock) -> None:
    numbers: list[int] = []

    def hears(frame: Frame, passed: float) -> list[tuple[float, bytes]]:
        numbers.append(frame.sequence)
        return []

    _, board = asked(clock, hears)
    for once in (True, False):
        with pytest.raises(TransferError):
            board.ask(Command.INFER, once=once)
    assert len(set(numbers[:4])) == 1
    assert len(set(numbers)) == 5


def test_numbers_begin_anywhere_and_above_what_a_board_has_seen(clock: Clock) -> None:
    numbers: list[int] = []

    def hears(frame: Frame, passed: float) -> list[tuple[float, bytes]]:
        numbers.append(frame.sequence)
        return answers(0)(frame, passed)

    for _ in range(3):
        asked(clock, hears)[1].ask(Command.TIME)
    assert len(set(numbers)) == 3
    _, board = asked(clock, hears)
    board.begin_above(2**32 - 1)  # the largest: what follows it begins again
    board.ask(Command.TIME)
    assert 0 <= numbers[-1] <= 2**16
