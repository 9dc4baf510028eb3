"""The firmware's app on the host port, under sanitizers, spoken to through a real pty; and what can go wrong there."""

import dataclasses
import errno
import os
import re
import select
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import serial

import edgecnn
from edgecnn import zoo
from edgecnn.building.app_model import header
from edgecnn.device.device import Device, Image
from edgecnn.device.protocol import ANSWER, VERSION, Command, Frame, Receiver, Status, encode
from edgecnn.emulators.host_board import host_board
from edgecnn.errors import (
    EdgecnnError,
    NoBoardError,
    PortError,
    TransferError,
    UsageError,
    VerificationError,
    WrongModelError,
)
from edgecnn.host import HostModel
from edgecnn.interpreter import trace
from tests.support.host_firmware import SANITIZED, built, recorded_hello
from tests.support.noisy_line import Noisy, endure
from tests.support.processes import started

X = np.random.default_rng(5).integers(-128, 128, (100, 32, 32, 1)).astype(np.int8)
X[50:] = np.where(X[50:] > 100, X[50:], -128)  # half of them as sparse as writing


@pytest.fixture(scope="module")
def graph() -> edgecnn.Graph:
    return edgecnn.read_tflite(zoo.trained("lenet5_mnist"))


@pytest.fixture(scope="module")
def folder(graph: edgecnn.Graph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("device") / "lenet5"
    edgecnn.write_c(graph, path, name="lenet5")
    return path


@pytest.fixture(scope="module")
def program(folder: Path) -> Path:
    return built(folder, folder.parent / "sanitized" / "firmware", header(folder), *SANITIZED)


@pytest.fixture
def port(program: Path) -> Iterator[str]:
    with host_board(program) as name:
        yield name


@pytest.fixture
def device(port: str) -> Iterator[Device]:
    with Device(port) as device:
        yield device


def test_it_says_what_it_is(device: Device, folder: Path) -> None:
    info, manifest = device.info, HostModel(folder).manifest
    assert (info.board, info.model, info.firmware) == ("host", "lenet5", manifest.edgecnn)
    assert (info.sha256, info.arena, info.layers) == (manifest.model.sha256, manifest.arena.bytes, 6)
    for ours, theirs in zip((*info.inputs, *info.outputs), (*manifest.inputs, *manifest.outputs), strict=True):
        assert (ours.name, ours.dtype, ours.shape) == (theirs.name, theirs.type, theirs.shape[1:])
        assert (ours.tensor.scale, ours.tensor.zero_point) == (float(np.float32(theirs.scale)), theirs.zero_point)
    assert info.ticks_per_second > 0
    assert info.self_test_ticks > 0
    assert info.self_test_failures == 0
    device.expect(manifest.name, manifest.model.sha256)


def test_the_board_computes_what_the_graph_does(device: Device, graph: edgecnn.Graph) -> None:
    results = [device.infer(image) for image in X]
    assert np.array_equal([result.codes for result in results], graph.evaluate(X))
    assert all(0 < result.ticks < device.info.ticks_per_second for result in results)
    assert (device.traffic.requests, device.traffic.retries, device.traffic.lost) == (1 + len(X), 0, 0)
    assert np.array_equal(device.infer(X[0].ravel()).codes, results[0].codes)


def test_every_layer_of_an_image(device: Device, folder: Path, graph: edgecnn.Graph) -> None:
    values = {tensor.index: codes for tensor, codes in trace(graph, X[:1]).items()}
    expected = [values[layer.output.tensor].ravel() for layer in HostModel(folder).manifest.layers]
    layers = device.trace(X[0])
    assert [layer.tolist() for layer in layers] == [codes.tolist() for codes in expected]


def test_times_self_test_and_image(device: Device) -> None:
    times = device.time()
    assert len(times) == 6
    assert all(time > 0 for time in times[:2])  # the convolutions
    assert device.self_test() == (0, 0)
    assert device.image() == Image(0, 0)  # this port has no linker script
    assert device.stack() is None


def test_inputs_and_layers_that_do_not_exist_are_refused(device: Device) -> None:
    for x in (X, X[0].astype(np.uint8), X[0, :31], X[0].ravel()[:-1]):
        with pytest.raises(UsageError, match=r"input image takes int8 codes of shape Nx32x32x1, but got"):
            device.infer(x)
    for index in (-1, 6):
        with pytest.raises(UsageError, match=f"no layer {index}; choose one of 0 to 5"):
            device.layer(index, X[0])


def failure(expected: type[EdgecnnError], code: int, action: Callable[[], object]) -> str:
    """The sentence of the error that `action` must raise."""
    with pytest.raises(expected) as caught:
        action()
    assert caught.value.exit_code == code
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_wrong_model(device: Device, folder: Path) -> None:
    sentence = failure(WrongModelError, 13, lambda: device.expect("other", "0" * 64))
    assert "runs lenet5" in sentence
    assert "not other" in sentence


def test_a_board_that_computes_wrong_says_so(folder: Path) -> None:
    model = re.sub(r"\{2u, 0x\w+u\}", "{2u, 1u}", header(folder))  # another CRC for the second vector
    with host_board(built(folder, folder.parent / "wrong" / "firmware", model)) as port, Device(port) as device:
        assert device.info.self_test_failures == 2
        assert device.self_test() == (2, 2)
        manifest = HostModel(folder).manifest
        sentence = failure(VerificationError, 30, lambda: device.expect(manifest.name, manifest.model.sha256))
        assert "self-test" in sentence


def test_a_thousand_faults_and_no_wrong_answer(port: str, graph: edgecnn.Graph) -> None:
    expected = graph.evaluate(X)
    inner = [values.reshape(len(X), -1) for values in trace(graph, X).values()][-3]  # the last but one fully connected
    line = Noisy(serial.Serial(port, timeout=0.01), seed=1)

    def ask(i: int) -> None:
        if i % 10 == 3:
            assert np.array_equal(board.layer(3, X[i]), inner[i])
        elif i % 10 == 7:
            assert len(board.time()) == 6
        else:
            assert np.array_equal(board.infer(X[i]).codes, expected[i])

    with Device(line, baud=10**9, timeout=0.02) as board:
        answered = endure(1000, board, line, [partial(ask, i) for i in range(len(X))], write=0.5, read=0.1)
        assert answered > 500
        assert min(line.injected.values()) > 50
        assert board.traffic.retries > 200
        assert board.traffic.stale > 50
        assert board.corrupt > 50


def test_silence() -> None:
    board_end, our_end = os.openpty()
    sentence = failure(NoBoardError, 10, lambda: Device(os.ttyname(our_end), patience=0.6))
    assert "did not answer within 0.6 seconds" in sentence
    stop = threading.Event()

    def babble() -> None:
        while not stop.wait(0.05):
            os.write(board_end, b"login: \0")

    babbler = threading.Thread(target=babble)
    babbler.start()
    try:
        assert "is not edgecnn's firmware" in failure(
            NoBoardError, 10, lambda: Device(os.ttyname(our_end), patience=0.6)
        )
    finally:
        stop.set()
        babbler.join()
        os.close(board_end)
        os.close(our_end)


def test_ports_that_cannot_be_opened(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "is busy; close" in failure(PortError, 11, lambda: Device(device.port))
    assert "/dev/no-such-port does not exist" in failure(PortError, 11, lambda: Device("/dev/no-such-port"))
    for name, said in (("socket://127.0.0.1:1",) * 2, ("socket://x",) * 2, ("a\0b", r"a\x00b")):
        assert f"{said} cannot be opened" in failure(PortError, 11, partial(Device, name))
    assert "does not exist" in failure(PortError, 11, lambda: Device(""))
    sentence = "is not a port that edgecnn opens; name a serial port"
    for name in ("alt://x?class=os", "spy://x?file=y", "loop://", "hwgrep://.", "rfc2217://x:1", "x://"):
        assert f"{name} {sentence}" in failure(PortError, 11, partial(Device, name))

    def forbidden(*arguments: object, **options: object) -> None:
        raise serial.SerialException(errno.EACCES, "could not open port")

    monkeypatch.setattr(serial, "serial_for_url", forbidden)
    assert "dialout" in failure(PortError, 11, lambda: Device("/dev/ttyACM0"))


def test_a_cable_pulled_between_two_images(program: Path) -> None:
    with host_board(program) as port:
        device = Device(port)
        device.infer(X[0])
    assert "broke" in failure(TransferError, 14, lambda: device.infer(X[1]))
    device.close()


def test_a_board_that_hangs(program: Path, graph: edgecnn.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    processes = started(monkeypatch)
    with host_board(program) as port, Device(port, timeout=0.05, retries=2) as device:
        processes[-1].send_signal(signal.SIGSTOP)
        assert "did not answer INFER in 3 attempts" in failure(TransferError, 14, lambda: device.infer(X[0]))
        processes[-1].send_signal(signal.SIGCONT)
        assert np.array_equal(device.infer(X[1]).codes, graph.evaluate(X[1:2])[0])
        assert (device.traffic.lost, device.traffic.stale) == (1, 3)


def test_a_socket_is_a_port(program: Path, graph: edgecnn.Graph) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, program))
        thread.start()
        with Device(f"socket://127.0.0.1:{server.getsockname()[1]}") as device:
            assert np.array_equal(device.infer(X[0]).codes, graph.evaluate(X[:1])[0])
        thread.join()


def _serve(server: socket.socket, program: Path) -> None:
    connection, _ = server.accept()
    with connection:
        subprocess.run([str(program)], stdin=connection.fileno(), stdout=connection.fileno(), check=True)


def test_the_host_port_opens_the_tty_that_it_is_told(program: Path) -> None:
    our_end, board_end = os.openpty()
    environment = os.environ | {"EDGECNN_PORT": os.ttyname(board_end)}
    with subprocess.Popen([program], env=environment, stdin=subprocess.DEVNULL) as process:
        with Device(Descriptor(our_end)) as device:
            assert device.info.model == "lenet5"
        os.close(board_end)
        assert process.wait(10) == 0  # the other end of the line is gone


class Descriptor:
    """A file descriptor as a Line."""

    def __init__(self, descriptor: int):
        self.descriptor = descriptor

    @property
    def in_waiting(self) -> int:
        return 1024 if select.select([self.descriptor], [], [], 0)[0] else 0

    def read(self, size: int = 1, /) -> bytes:
        return os.read(self.descriptor, size) if select.select([self.descriptor], [], [], 0.01)[0] else b""

    def write(self, data: bytes, /) -> int | None:
        return os.write(self.descriptor, data)

    def close(self) -> None:
        os.close(self.descriptor)


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
