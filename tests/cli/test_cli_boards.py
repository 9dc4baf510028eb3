"""The verbs that speak to boards, through the real command line, emulators and serial ports."""

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgecnn import board as boards
from edgecnn import datasets, read_tflite, write_c, zoo
from edgecnn.building.build import build
from edgecnn.device.device import Device
from edgecnn.emulators.emulator import emulate
from edgecnn.errors import TransferError
from edgecnn.graph import Graph
from edgecnn.onboard import evaluation
from tests.support.command_line import refused, run
from tests.support.lenet import lenet

EMULATED = ("host", "mps2_an386")


@pytest.fixture(scope="module")
def graph() -> Graph:
    return read_tflite(zoo.trained("lenet5_mnist"))


@pytest.mark.parametrize("board", EMULATED)
def test_eval_on_a_board(board: str, lenet5: Path) -> None:
    done = run("eval", lenet5, "--board", board, "--emulate", "--limit", 30, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["n"] == 30
    assert report["unequal_bytes"] == 0
    assert report["flips"] == {"right_to_wrong": 0, "wrong_to_right": 0}
    assert np.sum(report["confusion"]) == 30
    assert report["ticks"] > 0
    assert report["lost"] == 0
    assert report["model_sha256"] == json.loads((lenet5 / "manifest.json").read_text())["model"]["sha256"]
    assert (report["image"]["size"] > 0) == (board != "host")


@pytest.mark.parametrize("board", [None, *EMULATED])
def test_run_shows_the_digit(board: str | None, lenet5: Path, tmp_path: Path) -> None:
    test = datasets.load("digits").test
    index = int(np.flatnonzero(test.labels == 0)[0])
    picture = tmp_path / "zero.png"
    Image.fromarray(255 - np.kron(test.images[index, ..., 0], np.ones((5, 5), np.uint8))).save(picture)
    where = ["--board", board, "--emulate"] if board else []
    done = run("run", lenet5, "--image", picture, *where, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["top"][0]["class"] == 0
    assert len(report["top"]) == 3


def test_profile_has_every_layer(lenet5: Path) -> None:
    done = run("profile", lenet5, "--board", "host", "--emulate", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    manifest = json.loads((lenet5 / "manifest.json").read_text())
    assert [layer["layer"] for layer in report["layers"]] == [layer["title"] for layer in manifest["layers"]]
    assert report["macs"] == manifest["macs"]
    assert report["layers"][0]["count"] > report["layers"][-2]["count"]
    assert (report["unit"], report["ticks_per_second"]) == ("ticks", 10_000_000)
    assert "emulator" in report["source"]
    text = run("profile", lenet5, "--board", "host", "--emulate").stdout
    assert "ticks of 10,000,000 Hz" in text
    assert "stack, measured  not known" in text


def test_profile_of_the_pico_counts_cycles(lenet5: Path) -> None:
    done = run("profile", lenet5, "--board", "raspberry_pi_pico", "--emulate", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["unit"], report["ticks_per_second"]) == ("cycles", 125_000_000)
    assert "as if flash never made the core wait" in report["source"]
    assert 2 * report["macs"] < report["count"] < 24 * report["macs"]  # a product and a sum take 2; loads are shared


def test_the_wrong_model_on_the_board(lenet5: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.tflite"
    other.write_bytes(lenet())
    assert run("convert", other, "-o", tmp_path / "other").returncode == 0
    host = boards.load("host")
    built = build(lenet5, host, tmp_path / "firmware")
    with emulate(host, built.elf) as port:
        refused(13, "lenet5", "edgecnn flash", by=run("eval", tmp_path / "other", "--board", "host", "--port", port))


def test_ports_that_are_no_boards(lenet5: Path) -> None:
    refused(11, "/dev/nothing", by=run("eval", lenet5, "--board", "host", "--port", "/dev/nothing"))
    far, near = os.openpty()
    try:
        refused(10, "did not answer", by=run("eval", lenet5, "--board", "host", "--port", os.ttyname(near)))
    finally:
        os.close(far)
        os.close(near)
    if not list(Path("/dev").glob("ttyUSB*")) and not list(Path("/dev").glob("ttyACM*")):
        refused(10, "no board is attached", by=run("eval", lenet5, "--board", "host"))
    refused(2, "nonsense", by=run("eval", lenet5, "--board", "nonsense", "--emulate"))


def test_a_broken_connection_is_resumed(lenet5: Path, graph: Graph, tmp_path: Path) -> None:
    """The cable is pulled after 10 answers; the second run asks only for the rest."""
    host = boards.load("host")
    elf = build(lenet5, host, tmp_path / "firmware").elf
    data = datasets.load("digits")
    asked = 0

    class Pulled(Device):
        def infer(self, codes: object) -> object:  # type: ignore[override]
            nonlocal asked
            asked += 1
            if asked == 11:
                raise TransferError("the cable was pulled.")
            return super().infer(codes)  # type: ignore[arg-type]

    def pulled(port: str) -> Device:
        device = Pulled(port)
        device.identity = ("emulated", "this program")
        return device

    with emulate(host, elf) as port, pulled(port) as device, pytest.raises(TransferError):
        evaluation.evaluate(device, graph, data, 25)
    with emulate(host, elf) as port, pulled(port) as device:
        result = evaluation.evaluate(device, graph, data, 25)
    assert result.resumed == 10
    assert asked == 11 + 8 + 15  # some are asked again
    assert result.n == 25
    assert result.unequal_bytes == 0


def test_wrong_answers_are_found(graph: Graph, tmp_path: Path) -> None:
    """A board whose weights are not those of the host's graph, although it says so."""
    tampered = tmp_path / "tampered"
    write_c(graph, tampered, name="lenet5", target=boards.load("host").target)
    source = tampered / "lenet5.c"
    code = source.read_text()
    at = re.search(r"layer4_\w*bias\[\d+\].* = \{\n    ", code).end()  # type: ignore[union-attr]
    source.write_text(code[:at] + "90000 + " + code[at:])
    on_the_host = ("--board", "host", "--emulate", "--limit", 5)
    refused(22, "lenet5.c was edited after the conversion", by=run("eval", tampered, *on_the_host))
    done = run("eval", tampered, "--trust-folder", *on_the_host)
    assert done.returncode == 30, done.stderr
    assert "self-test" in done.stderr


def test_missing_emulator_is_named(lenet5: Path) -> None:
    """With nothing but Python on the PATH, the sentence says what to install."""
    done = run("eval", lenet5, "--board", "mps2_an386", "--emulate", PATH="/nonexistent")
    refused(2, "qemu-system-arm", "apt install", by=done)


def test_help_lists_the_verbs() -> None:
    done = run("--help")
    for verb in ("boards", "build", "run", "eval", "profile"):
        assert verb in done.stdout
