"""The firmware's app on the host port, under sanitizers, spoken to through a real pty."""

import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import serial

import edgecnn
from edgecnn.building.app_model import header
from edgecnn.device.device import Device, Image
from edgecnn.emulators.host_board import host_board
from edgecnn.errors import UsageError, VerificationError, WrongModelError
from edgecnn.host import HostModel
from edgecnn.interpreter import trace
from tests.support.failure import failure
from tests.support.host_firmware import X, built
from tests.support.noisy_line import Noisy, endure


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
