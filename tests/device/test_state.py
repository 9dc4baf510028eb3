"""Several inputs and outputs, and state, on boards, over lines that drop, double and delay what passes."""

from pathlib import Path

import numpy as np
import pytest
import serial

from edgecnn import board
from edgecnn.building import compiler
from edgecnn.building.app_model import header
from edgecnn.building.build import build
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.device.device import Device
from edgecnn.emulators.emulator import emulate
from edgecnn.emulators.host_board import host_board
from edgecnn.errors import TransferError, UsageError
from edgecnn.graph import Graph
from edgecnn.interpreter import trace
from edgecnn.support import paths
from tests.support.doors import delay, mixed, random_values
from tests.support.noisy_line import Noisy

SANITIZED = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
CALLS = 100


def on_this_computer(graph: Graph, work: Path) -> Path:
    """Its firmware under sanitizers."""
    write_c(graph, work / "c", name="net")
    (work / "app_model.h").write_text(header(work / "c"))
    firmware = paths.firmware()
    sources = [*firmware.glob("app/*.c"), *firmware.glob("ports/host/*.c"), *(work / "c").rglob("*.c")]
    includes = [f"-I{place}" for place in (work, work / "c", firmware / "app")]
    program = work / "firmware"
    compiler.host().run([*compiler.STRICT, *SANITIZED, *includes, *map(str, sorted(sources)), "-o", str(program)])
    return program


def check_doors(device: Device, graph: Graph, count: int) -> None:
    values = random_values(graph, count)
    expected = graph.invoke(values)
    for i in range(count):
        answer = device.invoke({name: array[i] for name, array in values.items()})
        for name, array in expected.items():
            assert answer[name].dtype == array.dtype
            np.testing.assert_array_equal(answer[name], array[i])


def test_inputs_and_outputs_of_every_type(tmp_path: Path) -> None:
    graph = graph_of(mixed())
    with host_board(on_this_computer(graph, tmp_path)) as port, Device(port) as device:
        assert [f"{door}" for door in device.info.inputs] == [f"{door}" for door in graph.inputs]
        assert [f"{door}" for door in device.info.outputs] == [f"{door}" for door in graph.outputs]
        assert device.self_test() == (0, 0)
        check_doors(device, graph, 20)
        values = random_values(graph, 1)
        codes = {door.name: door.to_codes(values[door.name]) for door in graph.inputs}
        traced = [array.tobytes() for tensor, array in trace(graph, codes).items() if tensor not in ends(graph)]
        layers = [layer.tobytes() for layer in device.trace({name: array[0] for name, array in codes.items()})]
        assert set(layers) <= set(traced)
        with pytest.raises(UsageError, match="inputs are input_0, input_1, but input_0 were given"):
            device.invoke({"input_0": values["input_0"][0]})


def ends(graph: Graph) -> set[object]:
    return {door.tensor for door in graph.inputs}


@pytest.mark.parametrize("name", ["mps2_an386", "bbc_microbit"])
def test_boards_take_them_too(name: str, tmp_path: Path) -> None:
    """Over a line with faults."""
    graph = graph_of(mixed())
    write_c(graph, tmp_path / "c", name="net")
    built = build(tmp_path / "c", board.load(name), tmp_path / "firmware")
    with emulate(built.board, built.elf) as url:
        line = Noisy(serial.serial_for_url(url, timeout=0.01), seed=2)
        with Device(line, baud=10**9, timeout=0.05, retries=20) as device:
            line.rate |= {"write": 0.3, "read": 0.002}
            check_doors(device, graph, 60)
            line.rate |= {"write": 0, "read": 0}
    assert sum(line.injected.values()) > 15


@pytest.fixture(scope="module")
def remembering(tmp_path_factory: pytest.TempPathFactory) -> tuple[Graph, Path]:
    graph = graph_of(delay())
    return graph, on_this_computer(graph, tmp_path_factory.mktemp("state"))


def test_a_sequence_is_that_of_the_graph(remembering: tuple[Graph, Path]) -> None:
    graph, program = remembering
    x = random_values(graph, CALLS)["t0"]
    expected = graph.evaluate(x)
    with host_board(program) as port, Device(port) as device:
        for _ in range(2):
            device.reset()
            assert np.array_equal([device.infer(codes).codes for codes in x], expected)
        for disturbance in (lambda: device.trace(x[5]), device.time, device.self_test, lambda: device.layer(0, x[3])):
            disturbance()
            assert np.array_equal([device.infer(codes).codes for codes in x[:3]], expected[:3])


def test_no_inference_is_lost_or_computed_twice(remembering: tuple[Graph, Path]) -> None:
    """A thousand faults: every answer is that of the sequence, which goes on wherever an answer came."""
    graph, program = remembering
    x = random_values(graph, CALLS)["t0"]
    expected = graph.evaluate(x)
    whole = 0
    with host_board(program) as port:
        line = Noisy(serial.Serial(port, timeout=0.01), seed=4)
        with Device(line, baud=10**9, timeout=0.02, retries=8) as device:
            line.rate |= {"write": 0.4, "read": 0.1}
            while sum(line.injected.values()) < 1000:
                try:
                    device.reset()
                    for codes, answer in zip(x, expected, strict=True):
                        assert np.array_equal(device.infer(codes).codes, answer)
                    whole += 1
                except TransferError as error:
                    assert "did not answer" in str(error)
            line.rate |= {"write": 0, "read": 0}
            assert device.traffic.retries > 200
    assert whole >= 3
    assert min(line.injected.values()) > 50


def test_a_board_that_was_reset_does_not_go_on(remembering: tuple[Graph, Path]) -> None:
    graph, program = remembering
    x = random_values(graph, 3)["t0"]
    with host_board(program) as port, Device(port) as device:
        device.infer(x[0])
        with host_board(program) as other:
            device._requests._line.close()
            device._requests._line = serial.Serial(other, timeout=0.05)
            with pytest.raises(TransferError, match="was reset in the middle of a sequence"):
                device.infer(x[1])
            device.reset()
            assert np.array_equal(device.infer(x[0]).codes, graph.evaluate(x[:1])[0])


def test_a_network_with_state_on_an_emulated_board(tmp_path: Path) -> None:
    graph = graph_of(delay())
    write_c(graph, tmp_path / "c", name="net")
    built = build(tmp_path / "c", board.load("mps2_an386"), tmp_path / "firmware")
    x = random_values(graph, CALLS)["t0"]
    with emulate(built.board, built.elf) as url, Device(url, patience=60) as device:
        for _ in range(2):
            assert np.array_equal([device.infer(codes).codes for codes in x], graph.evaluate(x))
            device.reset()
