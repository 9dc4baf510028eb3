"""Streamed networks in the firmware: rows over a line that harms them, sanitized and on an emulated Cortex-M4."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import serial

import edgecnn
from edgecnn import board, zoo
from edgecnn.building.app_model import header
from edgecnn.building.build import build
from edgecnn.converters.manifest import read_manifest
from edgecnn.device.device import Device
from edgecnn.device.protocol import ANSWER, Command, Frame, Receiver, Status, encode
from edgecnn.emulators import emulator
from edgecnn.emulators.host_board import host_board
from edgecnn.errors import UsageError
from edgecnn.interpreter import trace
from tests.support.command_line import run
from tests.support.host_firmware import SANITIZED, built
from tests.support.noisy_line import Noisy, endure
from tests.support.streamed import X, small


@pytest.fixture(scope="module")
def graph() -> edgecnn.Graph:
    return small()


@pytest.fixture(scope="module")
def program(graph: edgecnn.Graph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streamed") / "small"
    edgecnn.write_c(graph, folder, name="small", stream=2)
    return built(folder, folder.parent / "sanitized" / "firmware", header(folder), *SANITIZED)


@pytest.fixture
def port(program: Path) -> Iterator[str]:
    with host_board(program) as name:
        yield name


def test_the_board_computes_what_the_graph_does(port: str, graph: edgecnn.Graph) -> None:
    values = trace(graph, X)
    first, last = (values[graph.ops[at].output].reshape(len(X), -1) for at in (1, 2))
    with Device(port) as device:
        assert (device.info.rows, device.info.layers, device.info.self_test_failures) == (7, 2, 0)
        results = [device.infer(x) for x in X]
        assert np.array_equal([result.codes for result in results], last)
        assert all(result.ticks > 0 for result in results)
        assert [codes.tolist() for codes in device.trace(X[0])] == [first[0].tolist(), last[0].tolist()]
        assert device.self_test() == (0, 0)
        assert device.time()[0] > 0
        assert (device.traffic.retries, device.traffic.lost) == (0, 0)
        assert np.array_equal(device.infer(X[3]).codes, last[3])
        with pytest.raises(UsageError):
            device.infer(X[0, 1:])


def test_rows_out_of_turn_are_refused(port: str, graph: edgecnn.Graph) -> None:
    """Row 0 starts over at any time; a row once more is not taken twice; an input is computed once."""
    line = serial.Serial(port, timeout=5)
    receiver, rows = Receiver(), X[:2].reshape(2, 7, -1)

    def ask(command: Command, argument: int = 0, body: bytes = b"") -> tuple[int, bytes]:
        line.write(encode(Frame(command, 1, argument, body)))
        frames: list[Frame] = []
        while not frames:
            frames = receiver.feed(line.read(line.in_waiting or 1))
        assert frames[0].command == command | ANSWER
        return frames[0].argument, frames[0].body

    def row(number: int, image: int = 0) -> int:
        return ask(Command.ROW, number, rows[image, number].tobytes())[0]

    assert ask(Command.INFER)[0] == Status.BAD_ARGUMENT
    assert [row(number) for number in (0, 1, 1, 2)] == [Status.OK] * 4
    assert [row(number) for number in (4, 1, 6)] == [Status.BAD_ARGUMENT] * 3
    assert ask(Command.INFER)[0] == Status.BAD_ARGUMENT
    assert ask(Command.ROW, 3, b"short")[0] == Status.BAD_LENGTH
    assert ask(Command.INFER, 0, X[0].tobytes())[0] == Status.BAD_LENGTH
    for _ in range(2):  # of another image, and not from where this one came
        assert [row(number, 1) for number in (0, 0, 1, 2, 3, 3, 4)] == [Status.OK] * 7
    assert [row(number, 1) for number in (5, 6, 6)] == [Status.OK] * 3
    assert ask(Command.ROW, 7, rows[0, 0].tobytes())[0] == Status.BAD_ARGUMENT
    status, body = ask(Command.INFER)
    assert status == Status.OK
    assert np.frombuffer(body, np.int8, offset=4).tolist() == graph.evaluate(X[1:2])[0].ravel().tolist()
    assert ask(Command.INFER)[0] == ask(Command.LAYER, 0)[0] == Status.BAD_ARGUMENT
    assert row(6, 1) == Status.BAD_ARGUMENT
    line.close()


def test_five_hundred_faults_and_no_wrong_answer(port: str, graph: edgecnn.Graph) -> None:
    values = trace(graph, X)
    first, last = (values[graph.ops[at].output].reshape(len(X), -1) for at in (1, 2))
    line = Noisy(serial.Serial(port, timeout=0.01), seed=1)

    def ask(i: int) -> None:
        if i % 10 == 3:
            assert np.array_equal(device.layer(0, X[i]), first[i])
        elif i % 10 == 7:
            assert len(device.time()) == 2
        else:
            assert np.array_equal(device.infer(X[i]).codes, last[i])

    with Device(line, baud=10**9, timeout=0.02) as device:
        questions = [partial(ask, i) for i in range(len(X))]
        answered = endure(500, device, line, questions, write=0.3, read=0.1, requests_each=None)
        assert answered > 50
        assert min(line.injected.values()) > 30
        assert device.traffic.retries > 100


def test_lenet_streamed_on_a_cortex_m4(tmp_path: Path) -> None:
    """Less RAM than as a whole, and every byte of every layer."""
    facts = board.load("mps2_an386")
    graph = edgecnn.read_tflite(zoo.trained("lenet5_mnist"))
    images = np.random.default_rng(0).integers(-128, 128, (10, 32, 32, 1)).astype(np.int8)
    memory = {}
    for stream in (0, 2):
        folder = tmp_path / f"c{stream}"
        edgecnn.write_c(graph, folder, name="lenet5", optimize="ram", stream=stream)
        result = build(folder, facts, tmp_path / f"firmware{stream}")
        memory[stream] = result.ram
    manifest = read_manifest(folder)
    with emulator.emulate(facts, result.elf) as url, Device(url, patience=60) as device:
        device.expect(manifest.name, manifest.model.sha256)
        assert (device.info.rows, device.info.layers) == (32, 5)
        outputs = np.stack([device.infer(image).codes for image in images])
        layers = device.trace(images[0])
        used = device.stack()
    assert outputs.tolist() == graph.evaluate(images).tolist()
    values = {tensor.index: codes for tensor, codes in trace(graph, images[:1]).items()}
    assert [layer.tolist() for layer in layers] == [
        values[layer.output.tensor].ravel().tolist() for layer in manifest.layers
    ]
    plain, streamed = memory[0], memory[2]
    assert plain
    assert streamed
    assert streamed < plain - 80
    assert used
    assert result.stack
    assert used <= result.stack


def test_a_streamed_network_goes_through_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "lenet5"
    assert run("convert", "lenet5_mnist", "-o", folder, "--name", "lenet5", "--stream").returncode == 0
    done = run("profile", folder, "--board", "mps2_an386", "--emulate")
    assert done.returncode == 0, done.stderr
    assert "conv2d 5x5 relu + max_pool2d 2x2/2 + conv2d 5x5 relu + max_pool2d 2x2/2" in done.stdout
