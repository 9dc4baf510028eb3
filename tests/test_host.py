"""HostModel: the generated C as a function, compiled once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn.building import compiler
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import EdgecnnError, InvalidModelError, UsageError
from edgecnn.graph import Graph
from edgecnn.host import HostModel
from edgecnn.support import paths
from tests.support.random_models import random_input
from tests.support.tflite_builder import Builder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network of 1x2 pixels that halves, then negates; and an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    b = Builder()
    x = b.quantize(b.input((1, 1, 2, 1), 0.5, 0), 1.0, 0)
    y = b.conv2d(x, np.array([-1], np.int8).reshape(1, 1, 1, 1), np.array([0]), 1.0, 1.0, 0)
    write_c(graph_of(b.finish(b.reshape(y, (1, 2)))), tmp_path / "c")
    return tmp_path / "c"


def random_graph() -> Graph:
    """A convolution that takes a while, and can be streamed."""
    b = Builder()
    weights = np.random.default_rng(0).integers(-127, 128, (8, 3, 3, 3)).astype(np.int8)
    x = b.conv2d(b.input((1, 32, 32, 3), 0.1, 3), weights, None, 0.01, 1.0, 0)
    return graph_of(b.finish(x))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The commands that compile from now on."""
    seen: list[tuple[str, ...]] = []
    run = compiler.Compiler.run

    def spy(self: compiler.Compiler, arguments: list[str]) -> None:
        seen.append(self.command)
        run(self, arguments)

    monkeypatch.setattr(compiler.Compiler, "run", spy)
    return seen


X = np.array([[20, -40], [2, 4], [0, 127]], np.int8).reshape(3, 1, 2, 1)
Y = [[-10, 20], [-1, -2], [0, -64]]


def test_outputs_and_layers(folder: Path) -> None:
    model = HostModel(folder)
    assert ([door.shape for door in (*model.inputs, *model.outputs)], model.name) == ([(1, 2, 1), (2,)], "model")
    result = model.invoke(X)
    assert (result.dtype, result.tolist()) == (np.int8, Y)
    assert model.invoke(X[:0]).shape == (0, 2)
    traced = model.trace(X)
    halves, negated = traced.values()
    assert [layer.output.tensor for layer in model.manifest.layers] == list(traced)
    assert halves.tolist() == (-np.array(Y)).tolist()
    assert negated.tolist() == Y


def test_two_models_do_not_disturb_each_other(folder: Path, tmp_path: Path) -> None:
    b = Builder()
    write_c(graph_of(b.finish(b.quantize(b.input((1, 2), 1, 0), 1, 3))), tmp_path / "other")
    first, second = HostModel(folder), HostModel(tmp_path / "other")
    assert second.invoke(np.array([[5, 6]], np.int8)).tolist() == [[8, 9]]
    assert first.invoke(X).tolist() == Y


@pytest.mark.parametrize("stream", [0, 1], ids=["whole", "by rows"])
def test_threads_do_not_disturb_each_other(stream: int, tmp_path: Path) -> None:
    """Eight threads, half of them with an object of their own, the others with one in common."""
    graph = random_graph()
    write_c(graph, tmp_path / "c", stream=stream)
    shared = HostModel(tmp_path / "c")
    models = [shared if i % 2 else HostModel(tmp_path / "c") for i in range(8)]
    x = random_input(np.random.default_rng(1), graph.input.shape, 8 * 40).reshape(8, 40, *graph.input.shape[1:])
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda i: [models[i].invoke(x[i]), list(models[i].trace(x[i]).values())[-1]], range(8))
        )
    for codes, (answer, last) in zip(x, answers, strict=True):
        np.testing.assert_array_equal(answer, graph.evaluate(codes))
        np.testing.assert_array_equal(last, answer.reshape(len(last), -1))


@pytest.mark.parametrize(
    "x",
    [X.astype(np.float32), X.astype(np.uint8), X[0], X[..., 0], X.reshape(3, 2, 1, 1), np.int8(3)],
    ids=["float", "unsigned", "no batch", "rank", "turned", "scalar"],
)
def test_inputs_of_another_type_or_shape_are_refused(folder: Path, x: NDArray[Any]) -> None:
    model = HostModel(folder)
    for method in (model.invoke, model.trace):
        with pytest.raises(UsageError, match="input t0 takes int8 codes of shape Nx1x2x1, but got"):
            method(x)


def test_a_second_time_nothing_is_compiled(folder: Path, runs: list[tuple[str, ...]]) -> None:
    HostModel(folder)
    assert len(runs) == 1
    assert HostModel(folder).invoke(X).tolist() == Y
    assert len(runs) == 1
    assert [path.name for path in paths.cache().rglob("*") if path.is_file()] == ["model.so"]
    HostModel(folder, flags=("-std=c99", "-O0", "-fPIC", "-shared"))
    assert len(runs) == 2


def test_changed_c_is_compiled_anew(folder: Path, runs: list[tuple[str, ...]]) -> None:
    first = HostModel(folder)
    kernel = folder / "runtime" / "conv2d_block_s8.h"
    kernel.write_text(kernel.read_text().replace("sum + p->bias[oc]", "sum + 1 + p->bias[oc]"))
    second = HostModel(folder, trust=True)
    assert second.invoke(X).tolist() == (np.array(Y) + 1).tolist()
    assert first.sha256 != second.sha256
    assert len(runs) == 2


def test_what_does_not_compile_is_one_sentence_and_is_not_cached(folder: Path) -> None:
    kernel = folder / "runtime" / "conv2d_s8.c"
    good = kernel.read_text()
    kernel.write_text(good + "\nint x = ;\n")
    for _ in range(2):
        with pytest.raises(EdgecnnError, match=r"failed: .*conv2d_s8\.c.*error") as caught:
            HostModel(folder, trust=True)
        assert "\n" not in str(caught.value)
    kernel.write_text(good)
    assert HostModel(folder).invoke(X).tolist() == Y


def test_a_folder_that_is_not_ours(tmp_path: Path) -> None:
    with pytest.raises(InvalidModelError, match="not a folder made by"):
        HostModel(tmp_path)


@pytest.fixture
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine on which no compiler is found."""
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(compiler, "host", compiler.host.__wrapped__)  # without what it remembers
    return monkeypatch


def test_without_a_compiler_ziglang_serves(
    folder: Path, no_compiler: pytest.MonkeyPatch, runs: list[tuple[str, ...]]
) -> None:
    assert HostModel(folder).invoke(X).tolist() == Y
    assert [command[1:] for command in runs] == [("-m", "ziglang", "cc")]


def test_without_any_compiler_the_way_out_is_named(folder: Path, no_compiler: pytest.MonkeyPatch) -> None:
    no_compiler.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"no C compiler is installed; `pip install 'edgecnn\[build\]'`"):
        HostModel(folder)
