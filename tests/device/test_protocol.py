"""The codec: frames to bytes and back, and what is not a frame."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecnn.device import protocol
from edgecnn.device.protocol import ANSWER, VERSION, Command, Frame, Receiver, Status, cobs, decode, encode, uncobs
from edgecnn.support import paths

FRAMES = st.builds(
    Frame, st.integers(0, 255), st.integers(0, 2**32 - 1), st.integers(0, 65535), st.binary(max_size=700)
)
# Runs of one value, around the length of a block.
RUNS = st.lists(st.tuples(st.sampled_from([0, 1, 255]), st.integers(0, 600)), max_size=4).map(
    lambda runs: b"".join(bytes([value]) * count for value, count in runs)
)

# From the paper (Cheshire and Baker 1997) and worked out by hand.
EXAMPLES = {
    b"": b"\x01",
    b"\0": b"\x01\x01",
    b"\0\0": b"\x01\x01\x01",
    b"\x11\x22\0\x33": b"\x03\x11\x22\x02\x33",
    b"\x11\0\0\0": b"\x02\x11\x01\x01\x01",
    b"a" * 253: b"\xfe" + b"a" * 253,
    b"a" * 254: b"\xff" + b"a" * 254 + b"\x01",
    b"a" * 255: b"\xff" + b"a" * 254 + b"\x02a",
    b"a" * 254 + b"\0": b"\xff" + b"a" * 254 + b"\x01\x01",
}


@pytest.mark.parametrize("data", EXAMPLES, ids=lambda data: f"{len(data)} bytes")
def test_cobs_of_known_bytes(data: bytes) -> None:
    assert cobs(data) == EXAMPLES[data]
    assert uncobs(EXAMPLES[data]) == data


@given(st.binary(max_size=700) | RUNS)
def test_cobs_has_no_zero_and_is_reversible(data: bytes) -> None:
    stuffed = cobs(data)
    assert 0 not in stuffed
    assert len(stuffed) <= len(data) + len(data) // 254 + 1
    assert uncobs(stuffed) == data


def test_the_empty_block_at_the_end_may_be_missing() -> None:
    assert uncobs(b"\xff" + b"a" * 254) == b"a" * 254


@pytest.mark.parametrize("stuffed", [b"\x02", b"\x05abc", b"\xff" + b"a" * 253, b"\x02a\x03b"])
def test_a_block_cut_short_is_refused(stuffed: bytes) -> None:
    assert uncobs(stuffed) is None


@given(FRAMES)
def test_frames_come_back(frame: Frame) -> None:
    wire = encode(frame)
    assert wire[0] == wire[-1] == 0
    assert decode(wire[1:-1]) == frame


@given(FRAMES, st.data())
def test_a_changed_or_cut_frame_is_none(frame: Frame, data: st.DataObject) -> None:
    wire = bytearray(encode(frame)[1:-1])
    place = data.draw(st.integers(0, len(wire) - 1))
    if data.draw(st.booleans()):
        wire[place] = data.draw(st.integers(1, 255).filter(lambda value: value != wire[place]))
    else:
        del wire[place]
    receiver = Receiver()
    assert receiver.feed(bytes(wire) + b"\0") == []
    assert receiver.feed(encode(frame)) == [frame]


@given(st.lists(FRAMES, max_size=4), st.integers(1, 50))
def test_the_pieces_in_which_bytes_arrive_do_not_matter(frames: list[Frame], piece: int) -> None:
    wire = b"".join(map(encode, frames))
    receiver = Receiver()
    arrived = [frame for start in range(0, len(wire), piece) for frame in receiver.feed(wire[start : start + piece])]
    assert (arrived, receiver.corrupt) == (frames, 0)


@given(st.binary(max_size=100))
def test_any_bytes_are_taken(noise: bytes) -> None:
    receiver = Receiver()
    receiver.feed(noise)
    frame = Frame(Command.HELLO, 7)
    assert receiver.feed(encode(frame))[-1:] == [frame]


def test_an_empty_frame_is_no_damage() -> None:
    receiver = Receiver()
    assert receiver.feed(bytes(9)) == []
    assert receiver.corrupt == 0
    assert receiver.feed(b"abc\0") == []
    assert receiver.corrupt == 1


def test_what_never_ends_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that babbles without a zero fills no memory; what comes after it is read."""
    monkeypatch.setattr(protocol, "_LONGEST", 100)
    receiver = Receiver()
    for _ in range(50):
        assert receiver.feed(b"babble") == []
        assert len(receiver._pending) <= 100
    frame = Frame(Command.HELLO, 7)
    assert receiver.feed(encode(frame)) == [frame]
    assert receiver.corrupt > 0


def test_the_numbers_are_those_of_the_firmware() -> None:
    text = (paths.runtime().parent / "app" / "protocol.h").read_text()
    numbers = {name: int(value, 0) for name, value in re.findall(r"PROTOCOL_(\w+)\s+(?:= )?(0x\w+|\d+)", text)}
    assert (numbers["VERSION"], numbers["ANSWER"]) == (VERSION, ANSWER)
    for member in (*Command, *Status):
        assert numbers[member.name] == member.value
