"""Runs the networks of the zoo on emulated boards and writes the table of docs/zoo.md; every byte is compared.

    python -m benchmarks.zoo_boards [NAME...]               the trained ones, on test images of their data sets;
                                                            with names those, and those that the table lacks
    python -m benchmarks.zoo_boards --untrained [NAME...]   random weights and images; prints, and writes nothing

What does not fit a board is refused by `build` before anything is compiled, and the table says by how much.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks import zoo as sizes
from edgecnn import board as boards
from edgecnn import datasets, write_c, zoo
from edgecnn.building.build import build
from edgecnn.converters.manifest import Manifest, read_manifest
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.device.device import Device
from edgecnn.emulators.counter import counting
from edgecnn.errors import DoesNotFitError
from edgecnn.fixed_point import quantize
from edgecnn.graph import Graph
from edgecnn.interpreter import trace
from edgecnn.onboard.connect import attached
from edgecnn.onboard.profiling import measure

BOARDS = ("mps3_an547", "mps2_an500", "raspberry_pi_4", "bbc_microbit")
IMAGES = 4
COLUMNS = (
    "network",
    "board",
    "flash",
    "static RAM",
    "of it arena",
    "stack, bound",
    "one inference",
    "compared",
    "unequal bytes",
)


class Network(NamedTuple):
    """An int8 file, and pixels (N, H, W, C) for it with what they are."""

    name: str
    file: bytes
    images: NDArray[np.uint8]
    source: str


def untrained(name: str) -> Network:
    """With random weights."""
    noise = np.random.RandomState(1).randint(0, 256, (IMAGES, *sizes.SHAPE)).astype(np.uint8)
    return Network(name, sizes.int8(name), noise, "random images")


def trained(name: str) -> Network:
    """As it comes with edgecnn, and test images of the data set that its record names."""
    source = json.loads((zoo.TRAINED / f"{name}.json").read_text())["dataset"]
    return Network(name, zoo.trained(name).read_bytes(), datasets.load(source).test.images[:IMAGES], f"{source} images")


def row(network: Network, board: str) -> tuple[str, ...]:
    """Its cells on one board; a refusal stands in place of the figures."""
    facts, graph = counting(boards.load(board)), graph_of(network.file, network.name)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "network"
        write_c(graph, folder, name=network.name, target=facts.target)
        manifest = read_manifest(folder)
        try:
            built = build(folder, facts, Path(scratch) / "firmware")
        except DoesNotFitError as error:
            needs = str(error).removeprefix(f"{network.name} ").partition(";")[0]
            return (f"`{network.name}`", board, f"refused: {needs}", *("-",) * (len(COLUMNS) - 3))
        with attached(folder, board, emulated=True, built=built) as device:
            cost = measure(built, device, manifest.layers, emulated=True)
            compared, unequal = differences(device, graph, manifest, network.images)
    counted = cost.unit != "ticks"  # those of a clock are other ones each time
    figures = (sum(built.flash.values()), built.ram, cost.arena, built.stack, cost.count if counted else None)
    cells = [f"{figure:,}" if figure else "-" for figure in figures]
    cells[-1] += f" {cost.unit}" if counted else ""
    return (f"`{network.name}`", board, *cells, f"{compared:,}, {len(network.images)} {network.source}", f"{unequal:,}")


def differences(device: Device, graph: Graph, manifest: Manifest, images: NDArray[np.uint8]) -> tuple[int, int]:
    """How many bytes were compared with the host's, outputs of all images and every layer of one; how many differ."""
    codes = quantize(datasets.to_input(images), graph.input.scale, graph.input.zero_point)
    host = {tensor.index: values for tensor, values in trace(graph, codes).items()}
    pairs = [(device.infer(one).codes, host[graph.output.index][i]) for i, one in enumerate(codes)]
    layers = [layer.output.tensor for layer in manifest.layers]
    pairs += zip(device.trace(codes[0]), (host[index][0] for index in layers), strict=True)
    both = [(np.ravel(theirs), np.ravel(ours)) for theirs, ours in pairs]
    return sum(ours.size for _, ours in both), sum(int(np.count_nonzero(a != b)) for a, b in both)


def rows(networks: Iterator[Network]) -> Iterator[tuple[str, ...]]:
    """Of each network on each board; exits with a sentence where a byte differs."""
    for network in networks:
        for board in BOARDS:
            cells = row(network, board)
            print(sizes.line(cells), flush=True)
            if cells[-1] not in ("0", "-"):
                raise SystemExit(f"{network.name} on {board} differs from the host in {cells[-1]} bytes")
            yield cells


def recorded(text: str) -> dict[str, list[str]]:
    """The table's lines in the file's text, by the name of the trained network."""
    lines: dict[str, list[str]] = {}
    for line in text.partition(sizes.BOARDS)[2].splitlines()[2:]:
        lines.setdefault(line.split("`")[1], []).append(line)
    return lines


def update(names: list[str]) -> None:
    """Measure the trained networks of these names, or all, and those that the table lacks; write after each."""
    text = sizes.FILE.read_text()
    lines, trained_ones = recorded(text), zoo.trained_names()
    for name in [name for name in trained_ones if name in (names or trained_ones) or name not in lines]:
        lines[name] = [sizes.line(cells) for cells in rows(iter([trained(name)]))]
        head = sizes.markdown(COLUMNS, [])
        table = "\n".join([head, *(line for known in trained_ones for line in lines.get(known, []))])
        sizes.FILE.write_text(sizes.with_boards(text, f"{table}\n"))


def main() -> None:
    """See the module's text."""
    words = sys.argv[1:]
    if words[:1] == ["--untrained"]:
        list(rows(map(untrained, words[1:] or zoo.NAMES)))
    else:
        update(words)


if __name__ == "__main__":
    main()
