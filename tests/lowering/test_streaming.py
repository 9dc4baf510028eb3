"""Streamed layers: every byte is NumPy's, for rows of any window; what that saves; and what cannot be streamed."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn.converted import Converted
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.manifest import read_manifest
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import UsageError
from edgecnn.graph import Graph
from edgecnn.interpreter import trace
from edgecnn.lowering.lower import lower, streamable_steps
from edgecnn.lowering.planner import lower_bound, plan
from edgecnn.lowering.streaming import smallest
from tests.support.batch import compiled
from tests.support.command_line import refused, run
from tests.support.lenet import lenet
from tests.support.random_models import random_chain, random_input
from tests.support.sanitized import Sanitized
from tests.support.seeds import seed
from tests.support.tflite_builder import Builder

INPUTS = 4


def layers_of(graph: Graph, x: NDArray[Any], *, stream: int, fuse: bool) -> dict[int, NDArray[Any]]:
    """What each layer computes, by the index of its tensor."""
    values = trace(graph, x)
    steps = [step for step in lower(graph, fuse=fuse, stream=stream).steps if step.call]
    return {step.output.index: values[step.output].reshape(len(x), -1) for step in steps}


@pytest.mark.parametrize("first", range(0, 100, 25))
def test_every_byte_agrees(first: int, tmp_path: Path) -> None:
    cases = []
    for number in range(first, first + 25):
        rng = np.random.default_rng([7, seed(number)])
        model, description = random_chain(rng)
        graph, fuse, optimize = graph_of(model), bool(number % 3), ("ram", "balanced")[number % 2]
        x = random_input(rng, description.input_shape, INPUTS)
        most = streamable_steps(graph, fuse=fuse)
        for stream in {1, most} if most else ():
            how: dict[str, Any] = {"name": f"s{number}_{stream}", "optimize": optimize, "fuse": fuse, "stream": stream}
            network = Converted.of(graph, f"{tmp_path}", **how)
            if number == first:
                write_c(graph, tmp_path / "c", **how)
                assert Converted.open(tmp_path / "c").sources == network.sources
                shutil.rmtree(tmp_path / "c")
            cases.append((network, graph, x, layers_of(graph, x, stream=stream, fuse=fuse), description))
    assert len(cases) > 30
    for host, (_, graph, x, expected, description) in zip(
        compiled([case[0] for case in cases], tmp_path), cases, strict=True
    ):
        found = host.trace(x)
        assert found.keys() == expected.keys()
        for index, codes in expected.items():
            np.testing.assert_array_equal(found[index], codes, f"{host.name}, tensor {index}: {description}")
        np.testing.assert_array_equal(host.invoke(x), graph.evaluate(x), f"{host.name}: {description}")


def test_the_random_chains_have_every_kind_of_window() -> None:
    """Strides larger than the window, padding above and below, fused pools, several stages, maps of one row."""
    met = set()
    for number in range(100):
        graph = graph_of(random_chain(np.random.default_rng([7, number]))[0])
        most = streamable_steps(graph)
        stages = lower(graph, stream=most).steps[0].stages if most else ()
        met |= {f"{len(stages)} stages"} if len(stages) > 1 else set()
        for stage in stages:
            met |= {op.kind for op in stage.step.ops}
            met |= {"fused"} if len(stage.step.ops) > 1 else set()
            met |= {"apart"} if stage.stride > stage.extent else set()
            met |= {"top"} if stage.top else set()
            met |= {"bottom"} if stage.bottom > 1 else set()
            met |= {"one row"} if stage.height == 1 else set()
            met |= {"slab larger than the map"} if stage.height < stage.extent else set()
    wanted = {"fused", "apart", "top", "bottom", "one row", "slab larger than the map", "2 stages", "3 stages"}
    assert wanted | {"conv2d", "depthwise_conv2d", "max_pool2d", "average_pool2d", "relu", "tanh"} <= met


@pytest.mark.parametrize("number", range(2))
def test_sanitizers_find_nothing(number: int, tmp_path: Path) -> None:
    chains = (random_chain(np.random.default_rng([8, seed(number), i])) for i in range(100))
    graph = next(g for model, _ in chains if streamable_steps(g := graph_of(model)) > 1)
    stream = streamable_steps(graph)
    write_c(graph, tmp_path / "c", stream=stream)
    x = random_input(np.random.default_rng(0), graph.input.shape, 3)
    layers = layers_of(graph, x, stream=stream, fuse=True)
    expected = np.concatenate([*layers.values(), graph.evaluate(x).reshape(len(x), -1)], axis=1)
    np.testing.assert_array_equal(Sanitized(tmp_path / "c", tmp_path).trace(x), expected)


def test_lenet_needs_1246_bytes(tmp_path: Path) -> None:
    """Slabs of 6 rows of 32 pixels, and of 6 rows of 14 pixels of 6 channels; the second map and a window's patch."""
    graph = graph_of(lenet())
    assert smallest(graph, optimize="ram") == 2
    program = lower(graph, optimize="ram", stream=2)
    assert plan(program).arena == lower_bound(program) == 6 * 32 + 6 * 84 + 400 + 150
    assert graph.input not in plan(program).offsets
    assert plan(lower(graph, stream=2)).arena == 6 * 32 + 6 * 84 + 400 + 1


def test_what_cannot_be_streamed() -> None:
    b = Builder()
    x = b.input((1, 6, 4, 1), 1, 0)
    padded = graph_of(b.finish(b.average_pool_2d(x, (3, 3), (1, 1), "SAME")))
    assert streamable_steps(padded) == 0
    b = Builder()
    x = b.input((1, 6, 4, 1), 1, 0)
    y = b.tanh(x)
    twice = graph_of(b.finish(b.binary("ADD", x, y, 1, 0)))
    assert streamable_steps(twice) == 0
    for graph in (padded, twice):
        with pytest.raises(UsageError, match="without --stream"):
            smallest(graph)
    with pytest.raises(UsageError, match="the first 3 layers cannot be streamed"):
        lower(graph_of(lenet()), stream=3)


def test_the_command(tmp_path: Path) -> None:
    out = tmp_path / "lenet"
    plain = run("convert", "lenet5_mnist", "-o", out, "--optimize", "ram")
    assert "with --stream" in plain.stderr
    assert "128 bytes less" in plain.stderr
    assert "stream" not in run("convert", "lenet5_mnist", "-o", out).stderr
    done = run("convert", "lenet5_mnist", "-o", out, "--optimize", "ram", "--stream")
    assert "lenet5_mnist_push_row() and _invoke() run 5 layers" in done.stdout
    manifest = read_manifest(out)
    assert (manifest.streamed, manifest.arena.bytes) == (2, 1246)
    verified = run("verify", out, "--dataset", "none", "--random", "8", "--without-oracles")
    assert verified.returncode == 0, verified.stderr
    refused(2, "without --stream", by=run("convert", _dense(tmp_path), "-o", out, "--stream"))


def _dense(folder: Path) -> Path:
    b = Builder()
    path = folder / "dense.tflite"
    path.write_bytes(b.finish(b.fully_connected(b.input((1, 2), 1, 0), np.ones((1, 2)), np.zeros(1), 1.0, 1.0, 0)))
    return path
