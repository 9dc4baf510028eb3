"""Lines of all kinds, and what can go wrong on them."""

import errno
import os
import select
import signal
import socket
import subprocess
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import serial

import edgecnn
from edgecnn.device.device import Device
from edgecnn.emulators.host_board import host_board
from edgecnn.errors import NoBoardError, PortError, TransferError
from tests.support.failure import failure
from tests.support.host_firmware import X
from tests.support.processes import started


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
