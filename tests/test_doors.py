"""Networks with several inputs and outputs of several types: every implementation, every byte."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgecnn import read_tflite
from edgecnn.building import compiler
from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import EdgecnnError, UnsupportedError, UsageError
from edgecnn.fixed_point import quantize
from edgecnn.graph import Graph
from edgecnn.interpreter import FloatTwin
from edgecnn.oracles import Oracle
from edgecnn.verification import verify
from tests.support.doors import mixed, random_values, written
from tests.support.tflite_builder import Builder


def by_tensor(graph: Graph, values: dict[str, NDArray[Any]]) -> dict[int, NDArray[Any]]:
    return {door.index: values[door.name] for door in graph.inputs}


@pytest.mark.parametrize("fuse", [True, False])
def test_inputs_and_outputs_of_every_type(
    fuse: bool, tmp_path: Path, tflite_runtime: Oracle, tflite_micro: Oracle
) -> None:
    graph = graph_of(mixed())
    assert [f"{door}" for door in (*graph.inputs, *graph.outputs)] == [
        "input_0 4x4x2 uint8",
        "input_1 6 float32",
        "output_0 5 int8",
        "output_1 2x2x3 uint8",
        "output_2 5 float32",
    ]
    values = random_values(graph, 50)
    expected = graph.invoke(values)
    for oracle in (tflite_runtime, tflite_micro):
        theirs = oracle.evaluate(graph.source, by_tensor(graph, values))
        for door in graph.outputs:
            assert theirs[door.index].dtype == door.dtype
            np.testing.assert_array_equal(theirs[door.index][:, 0], expected[door.name])
    mine = written(mixed(), tmp_path / "c", fuse=fuse).invoke(values)
    for name, answer in expected.items():
        assert mine[name].dtype == answer.dtype
        np.testing.assert_array_equal(mine[name], answer)


def test_verify_compares_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(mixed())
    result = verify(tmp_path / "m.tflite", random=40)
    result.check()
    sizes = {tensor.index: 40 * tensor.bytes for tensor in result.graph.tensors}
    for party in result.parties:
        assert party.bytes >= sum(sizes[door.tensor.index] for door in result.graph.outputs), party.name
        assert (party.unequal_bytes, party.failure) == (0, "")


def test_codes_and_values_of_the_file(tmp_path: Path) -> None:
    """`evaluate` takes and gives codes, `invoke` what the file has; a float twin the same."""
    graph = graph_of(mixed())
    values = random_values(graph, 5)
    codes = {door.name: door.to_codes(values[door.name]) for door in graph.inputs}
    assert [codes[door.name].dtype.name for door in graph.inputs] == ["uint8", "int8"]
    model = written(mixed(), tmp_path / "c")
    for other in (model, FloatTwin(graph)):
        for name, answer in graph.evaluate(codes).items():
            np.testing.assert_array_equal(other.evaluate(codes)[name], answer)
    out = graph.outputs[2]
    np.testing.assert_array_equal(graph.invoke(values)["output_2"], out.from_codes(graph.evaluate(codes)["output_2"]))


def test_what_is_given_is_checked(tmp_path: Path) -> None:
    graph = graph_of(mixed())
    model = written(mixed(), tmp_path / "c")
    good = random_values(graph, 2)
    bad: list[tuple[Any, str]] = [
        (good["input_0"], "has 2 inputs; give an array for each by its name: input_0, input_1"),
        ({"input_0": good["input_0"]}, "inputs are input_0, input_1, but input_0 were given"),
        ({**good, "more": good["input_0"]}, "but input_0, input_1, more were given"),
        ({**good, "input_1": good["input_1"][:1]}, "have 1 and 2 rows"),
        ({**good, "input_1": good["input_1"].astype(np.float64)}, "input_1 takes float32 values of shape Nx6"),
        ({**good, "input_0": good["input_0"].astype(np.int8)}, "input_0 takes uint8 codes of shape Nx4x4x2"),
    ]
    for given, sentence in bad:
        for invoke in (graph.invoke, model.invoke):
            with pytest.raises(UsageError, match=sentence):
                invoke(given)
    with pytest.raises(UsageError, match=r"has 3 outputs \(output_0, output_1, output_2\)"):
        _ = graph.output


def test_a_number_alone_is_no_row() -> None:
    b = Builder()
    graph = graph_of(b.finish(b.relu(b.input((1,), 1, 0), 1, 0)))
    assert graph.evaluate(np.array([-3, 5], np.int8)).tolist() == [0, 5]
    with pytest.raises(UsageError, match="takes int8 codes of shape N, but got int8 scalar"):
        graph.evaluate(np.int8(5))


def test_real_values_become_codes_of_an_unsigned_input() -> None:
    """Those of int8, moved up by 128."""
    b = Builder()
    graph = graph_of(b.finish(b.quantize(b.input((1, 5), 0.5, 200, dtype=np.uint8), 0.5, 72)))
    (door,) = graph.inputs
    reals = [[-1000, -100, 0, 0.25, 1000]]
    assert door.codes_of_reals(reals).tolist() == [[0, 0, 200, 201, 255]]
    assert graph.evaluate(door.codes_of_reals(reals)).tolist() == quantize(reals, 0.5, 72).tolist()


REALS = np.array(
    [np.inf, -np.inf, np.nan, 1e20, -1e20, 3e9, -3e9, 2.0**30, -(2.0**30), 1.25, -1.25, 0.75, -0.75, 0.25, -0.25, 0.0],
    np.float32,
)


@pytest.mark.parametrize("zero_point", [-128, -3, 0, 5, 127])
def test_real_values_become_codes_as_the_oracles_quantize_them(
    zero_point: int, tmp_path: Path, tflite_runtime: Oracle, tflite_micro: Oracle
) -> None:
    """All codes, ties, what is too large, infinity and not a number; in C by NAME_quantize_0 and NAME_dequantize_0."""
    quantized_alike(0.5, zero_point, tmp_path, tflite_runtime, tflite_micro)


def test_ties_that_only_float32_has_become_codes_as_the_oracles_quantize_them(
    tmp_path: Path, tflite_runtime: Oracle, tflite_micro: Oracle
) -> None:
    """0.25 / 0.1 is 2.5 in float32, and less in float64."""
    quantized_alike(0.1, 5, tmp_path, tflite_runtime, tflite_micro)


def quantized_alike(
    scale: float, zero_point: int, tmp_path: Path, tflite_runtime: Oracle, tflite_micro: Oracle
) -> None:
    steps = (np.arange(-300, 300) / 2).astype(np.float32) * np.float32(scale)
    near = np.nextafter(steps, np.float32(np.inf)), np.nextafter(steps, np.float32(-np.inf))
    reals = np.concatenate([REALS, steps, *near])
    b = Builder()
    x = b.input((1, len(reals)), None, 0, dtype=np.float32)  # type: ignore[arg-type]
    y = b.quantize(x, scale, zero_point)
    model = b.finish(b.operator("DEQUANTIZE", [b.relu(y, 0.25, 7)], b.tensor((1, len(reals)), dtype=np.float32)))
    graph = graph_of(model)
    codes = graph.inputs[0].to_codes(reals)
    answer = graph.invoke(reals[None])[0]
    for oracle in (tflite_runtime, tflite_micro):
        theirs = oracle.evaluate(model, reals[None])
        np.testing.assert_array_equal(theirs[y][0, 0], codes)
        np.testing.assert_array_equal(theirs[graph.outputs[0].index][0, 0], answer)
    write_c(graph, tmp_path / "c", name="m")
    main = tmp_path / "main.c"
    main.write_text(
        '#include <stdio.h>\n#include "m.h"\nint main(void) {\n  static float x[m_INPUT_SIZE];\n'
        "  if (fread(x, sizeof x, 1, stdin) != 1) return 1;\n  m_quantize_0(x);\n"
        "  fwrite(m_input(), m_INPUT_SIZE, 1, stdout);\n  m_invoke();\n  m_dequantize_0(x);\n"
        "  fwrite(x, sizeof x, 1, stdout);\n  return 0;\n}\n"
    )
    sources = [str(path) for path in (main, *(tmp_path / "c").rglob("*.c"))]
    for flags in (("-O0", "-fsanitize=undefined", "-fno-sanitize-recover=all"), ("-O3",)):
        compiler.host().run([*compiler.STRICT, *flags, f"-I{tmp_path / 'c'}", *sources, "-o", str(tmp_path / "main")])
        said = subprocess.run([str(tmp_path / "main")], input=reals.tobytes(), capture_output=True, check=True).stdout
        np.testing.assert_array_equal(np.frombuffer(said[: len(reals)], np.int8), codes)
        np.testing.assert_array_equal(np.frombuffer(said[len(reals) :], np.float32), answer)


def test_the_c_api_of_several(tmp_path: Path) -> None:
    """Counts, numbers and names; the same places by each."""
    write_c(graph_of(mixed()), tmp_path / "c", name="m")
    header = (tmp_path / "c" / "m.h").read_text()
    for line in (
        "#define m_INPUT_COUNT 2",
        "#define m_OUTPUT_COUNT 3",
        "#define m_INPUT_1_SIZE 6",
        "uint8_t *m_input_0(void);",
        "int8_t *m_input_1(void);",
        "void m_quantize_1(const float *values);",
        "const uint8_t *m_output_1(void);",
        "void m_dequantize_2(float *values);",
        "#define m_output_output_1 m_output_1",
    ):
        assert f"{line}\n" in header
    assert "m_quantize_0" not in header


# What cannot be a door


def refused(build: object, sentence: str) -> None:
    b = Builder()
    with pytest.raises(EdgecnnError, match=sentence):
        graph_of(b.finish(*build(b)))  # type: ignore[operator]


def test_what_cannot_be_an_input_or_output() -> None:
    def x(b: Builder) -> int:
        return b.input((1, 4), 1, 0)

    refused(lambda b: (b.relu(x(b), 1, 0),)[:0], "has no output")
    refused(lambda b: (y := x(b), b.relu(y, 1, 0)), "gives its input 't0' as an output")
    refused(lambda b: (y := b.relu(x(b), 1, 0), y), "has the output 't1' twice")
    refused(lambda b: (b.relu(x(b), 1, 0), b.constant([1], 1.0, dtype=np.int8)), "has the constant 't2' for an output")
    refused(lambda b: (b.relu(b.input((), 1, 0), 1, 0),), "input 't0' of .* has 0 dimensions")
    refused(lambda b: (b.relu(b.input((1,) * 7, 1, 0), 1, 0),), "input 't0' of .* has 7 dimensions")


def test_names_that_clash(monkeypatch: pytest.MonkeyPatch) -> None:
    b = Builder()
    x, y = b.input((1, 4), 1, 0), b.input((1, 4), 1, 0)
    model = b.finish(b.binary("ADD", x, y, 1, 0), signature=True)
    for names, sentence in (
        ((b"input_x", b"input_x"), "several inputs that are called 'input_x'"),
        ((b"input.x", b"input-x"), "'input.x' and 'input-x' of .* are both input_x in C"),
    ):
        changed = model
        for old, new in zip((b"input_0", b"input_1"), names, strict=True):
            changed = changed.replace(old, new)
        with pytest.raises(UnsupportedError, match=sentence):
            graph_of(changed)


def test_uint8_inside_is_refused(tmp_path: Path) -> None:
    b = Builder()
    x = b.input((1, 4), 1, 100, dtype=np.uint8)
    (tmp_path / "m.tflite").write_bytes(b.finish(b.softmax(x)))
    with pytest.raises(UnsupportedError, match="SOFTMAX .* has 't0' as uint8 instead of int8; quantize it"):
        read_tflite(tmp_path / "m.tflite")
