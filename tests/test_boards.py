"""The boards, and every one that can be emulated running LeNet: a missing emulator fails here."""

import json
import socket
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import serial

from edgecnn import board, read_tflite, zoo
from edgecnn.building.build import Build, build
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.manifest import read_manifest
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.device.device import Device
from edgecnn.emulators import emulator
from edgecnn.graph import Graph
from edgecnn.interpreter import trace
from edgecnn.lowering.lower import lower
from edgecnn.lowering.planner import plan
from tests.support.boards import EMULATED, LINUX, with_options
from tests.support.command_line import refused, run
from tests.support.noisy_line import Noisy, endure
from tests.support.small_networks import everything
from tests.support.tflite_builder import Builder

BARE = [name for name in EMULATED if board.load(name).bare]
TOO_SMALL = "arduino_uno"  # for LeNet
SLOW = "arduino_mega_2560"  # forty million cycles an image, each of them emulated


@pytest.fixture
def fitting(name: str, tmp_path: Path) -> tuple[Path, Graph]:
    """The trained LeNet, where there is no room a network of many ops; as C for its core and as a graph."""
    graph = everything() if name == TOO_SMALL else read_tflite(zoo.trained("lenet5_mnist"))
    write_c(graph, tmp_path / "c", name="network", target=board.load(name).target)
    return tmp_path / "c", graph


@pytest.mark.parametrize("name", board.names())
def test_facts(name: str) -> None:
    facts = board.load(name)
    assert facts.id == name
    assert name.isidentifier()
    assert all((facts.name, facts.vendor, facts.mcu, facts.core, facts.port, facts.baud))
    if facts.bare:
        assert facts.clock_hz
        assert facts.clock_hz >= 1_000_000
        assert facts.flash
        assert facts.ram
        assert facts.flash.length >= 31 * 1024
        assert facts.ram.length >= 2 * 1024
        first, second = sorted((facts.flash, facts.ram), key=lambda region: region.origin)
        assert first.origin + first.length <= second.origin


def test_the_boards_that_are_there() -> None:
    cores = {board.load(name).core for name in BARE}
    assert {f"Cortex-M{n}" for n in ("0", "0+", "3", "4", "4F", "7", "33", "55")} | {"RV32IMAC", "AVR"} <= cores
    assert {"host", "wasm"} <= set(EMULATED)
    assert {"raspberry_pi_zero", "raspberry_pi_2", "raspberry_pi_4", "raspberry_pi_5"} <= set(LINUX)


@pytest.mark.parametrize("name", EMULATED)
def test_a_network_runs_bit_exact(name: str, fitting: tuple[Path, Graph], tmp_path: Path) -> None:
    """A hundred inferences (ten where it is slow), every layer of one; and the stack stayed within its bound."""
    folder, graph = fitting
    manifest = read_manifest(folder)
    codes = np.random.default_rng(0).integers(-128, 128, (100, *graph.input.shape[1:])).astype(np.int8)
    codes[50:] = np.where(codes[50:] > 100, codes[50:], -128)  # half of them as sparse as writing
    codes = codes[45:55] if name == SLOW else codes
    built = build(folder, board.load(name), tmp_path / "firmware")
    program = lower(graph, built.board.target, manifest.optimize, fuse=manifest.fused)
    door = tmp_path / "door"
    watched = with_options(built.board, *_opens(door, built.board)) if name in BARE else built.board
    with emulator.emulate(watched, built.elf) as url, Device(url, patience=60) as device:
        device.expect(manifest.name, manifest.model.sha256)
        assert (device.info.board, device.info.arena) == (name, plan(program).arena)
        outputs = np.stack([device.infer(image).codes for image in codes])
        layers = device.trace(codes[0])
        assert device.image().size == sum(built.flash.values())
        assert device.self_test() == (0, 0)
        used = device.stack()
        assert used == (_stack_used(built, door) if name in BARE else None)
    assert outputs.tolist() == graph.evaluate(codes).tolist()
    values = {tensor.index: codes for tensor, codes in trace(graph, codes[:1]).items()}
    assert [layer.tolist() for layer in layers] == [
        values[layer.output.tensor].ravel().tolist() for layer in manifest.layers
    ]
    if name in BARE:
        assert built.stack
        assert used
        assert 0.4 * built.stack < used <= built.stack


def test_a_thousand_faults_and_no_wrong_answer(tmp_path: Path) -> None:
    """On QEMU, with a small network: what a lost frame costs is waiting."""
    b = Builder()
    x = b.input((1, 40), 0.1, 0)
    y = b.fully_connected(x, np.arange(400).reshape(10, 40) % 255 - 127, np.arange(10), [0.001] * 10, 0.1, 0, "NONE")
    graph = graph_of(b.finish(b.softmax(y)))
    write_c(graph, tmp_path / "c", name="small")
    built = build(tmp_path / "c", board.load("mps2_an386"), tmp_path / "firmware")
    codes = np.random.default_rng(3).integers(-128, 128, (50, 40)).astype(np.int8)
    first, *_, expected = (values.reshape(50, -1) for values in list(trace(graph, codes).values())[1:])

    def ask(i: int) -> None:
        if i % 10 == 3:
            assert np.array_equal(device.layer(0, codes[i]), first[i])
        elif i % 10 == 7:
            assert len(device.time()) == 2
        else:
            assert np.array_equal(device.infer(codes[i]).codes, expected[i])

    with emulator.emulate(built.board, built.elf) as url:
        line = Noisy(serial.serial_for_url(url, timeout=0.01), seed=1)
        with Device(line, baud=10**9, timeout=0.02) as device:
            questions = [partial(ask, i) for i in range(len(codes))]
            # A socket gives its bytes one by one.
            answered = endure(1000, device, line, questions, write=0.5, read=0.005)
            assert answered > 200
            assert min(line.injected.values()) > 50
            assert device.traffic.retries > 200
            assert device.corrupt > 50


# By kind of emulator: the options that make it open a socket or write a file, and how RAM is read there.
_OPENS_DOOR: dict[str, Callable[[Path], tuple[str, ...]]] = {
    "qemu": lambda door: ("-qmp", f"unix:{door},server=on,wait=off"),
    "rp2040js": lambda door: (str(door),),
    "simavr": lambda door: ("-r", str(door)),
}


def _opens(door: Path, facts: board.Board) -> tuple[str, ...]:
    assert facts.emulator
    return _OPENS_DOOR[facts.emulator.kind](door)


def _stack_used(built: Build, door: Path) -> int:
    """Bytes of stack ever written to, seen from outside: the paint of the start-up code is gone there."""
    ram = built.board.ram
    assert ram
    assert built.board.emulator
    size = min(ram.length - (built.ram or 0), 0x4000)
    top = _READS_RAM[built.board.emulator.kind](door, ram.origin + ram.length - size, size)
    return len(top.lstrip(b"\xa5"))


def _from_qemu(door: Path, address: int, size: int) -> bytes:
    dump = door.with_name("ram")
    arguments = {"val": address, "size": size, "filename": str(dump)}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(door))
        lines = connection.makefile("rw")
        for request in ({"execute": "qmp_capabilities"}, {"execute": "memsave", "arguments": arguments}):
            lines.readline()  # the greeting, then the answer
            lines.write(json.dumps(request))
            lines.flush()
        assert "error" not in lines.readline()
    return dump.read_bytes()


def _from_rp2040js(door: Path, address: int, size: int) -> bytes:
    """It sends all of its RAM."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(door))
        ram = connection.makefile("rb").read()
    assert len(ram) == 264 * 1024
    return ram[-size:]


def _from_simavr(door: Path, address: int, size: int) -> bytes:
    """It writes all of its RAM, again and again."""
    end = address % 0x800000 + size
    deadline = time.monotonic() + 20
    door.unlink(missing_ok=True)
    while not door.is_file() or len(data := door.read_bytes()) != end:  # not there yet, or being written
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return data[-size:]


_READS_RAM = {"qemu": _from_qemu, "rp2040js": _from_rp2040js, "simavr": _from_simavr}


def test_command() -> None:
    done = run("boards", "--json")
    assert [facts["id"] for facts in json.loads(done.stdout)] == board.names()
    text = run("boards").stdout
    assert all(name in text for name in board.names())
    refused(2, "unknown board 'moon'", by=run("build", ".", "--board", "moon"))
