"""Files whose input or output is no int8 tensor: what lies between is the network, and what is left out is said."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgecnn.converters.graph_to_c import write_c
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import InvalidModelError, UnsupportedError
from edgecnn.host import HostModel
from edgecnn.oracles import Oracle
from edgecnn.verification import verify
from tests.support.tflite_builder import Builder


def float_to_float() -> bytes:
    b = Builder()
    x = b.input((1, 4), None, 0, dtype=np.float32)  # type: ignore[arg-type]
    y = b.relu(b.quantize(x, 0.5, 3), 0.25, -128)
    return b.finish(b.operator("DEQUANTIZE", [y], b.tensor((1, 4), dtype=np.float32)))


def chosen(axis: int = 1) -> bytes:
    b = Builder()
    y = b.relu(b.input((1, 4), 0.5, 3), 0.25, -128)
    return b.finish(
        b.operator("ARG_MAX", [y, b.constant(axis)], b.tensor((1,), dtype=np.int32), "ArgMaxOptions", OutputType=2)
    )


def test_float_borders_are_left_to_the_caller(tmp_path: Path, tflite_runtime: Oracle, tflite_micro: Oracle) -> None:
    graph = graph_of(float_to_float())
    assert ([op.kind for op in graph.ops], graph.input.index, graph.output.index) == (["relu"], 1, 2)
    assert [door.dtype for door in (*graph.inputs, *graph.outputs)] == ["float32", "float32"]
    write_c(graph, tmp_path / "c", name="m")
    header = (tmp_path / "c" / "m.h").read_text()
    assert "void m_quantize_0(const float *values);" in header
    assert "void m_dequantize_0(float *values);" in header
    codes = np.arange(-128, 128, dtype=np.int8).reshape(64, 4)
    mine = HostModel(tmp_path / "c").evaluate(codes)
    for oracle in (tflite_runtime, tflite_micro):
        values = oracle.evaluate(graph.source, codes)
        assert np.array_equal(values[1][:, 0], codes)  # its QUANTIZE gives the codes back
        assert np.array_equal(values[2][:, 0], mine)
        assert values[3].dtype == np.float32


def test_what_is_left_to_the_caller_is_said(tmp_path: Path) -> None:
    (tmp_path / "net.tflite").write_bytes(chosen())
    command = [sys.executable, "-m", "edgecnn", "convert", str(tmp_path / "net.tflite"), "-o", str(tmp_path / "c")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr.count("Note: the ARG_MAX at the end of the file is left to the caller") == 1
    verify(tmp_path / "c", dataset=None, random=50).check()


def test_an_arg_max_at_the_end_is_left_to_the_caller(tflite_runtime: Oracle) -> None:
    graph = graph_of(chosen())
    assert (graph.output.index, len(graph.notes)) == (1, 1)
    codes = np.array([[1, 9, 9, 2], [-1, -1, -1, -1], [0, 1, 2, 3]], np.int8)
    assert (
        graph.evaluate(codes).argmax(axis=1).tolist() == tflite_runtime.evaluate(graph.source, codes)[3][:, 0].tolist()
    )


def test_elsewhere_they_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="op 1 ARG_MAX .* one over the last axis as the last op"):
        graph_of(chosen(axis=0))
    b = Builder()
    y = b.operator("DEQUANTIZE", [b.input((1, 4), 1, 0)], b.tensor((1, 4), dtype=np.float32))
    y = b.quantize(b.operator("ELU", [y], b.tensor((1, 4), dtype=np.float32)), 1, 0)
    with pytest.raises(
        UnsupportedError, match=r"op 1 ELU \('t2'\) of .* is computed in float32; .* LEAKY_RELU or RELU"
    ):
        graph_of(b.finish(y))
    b = Builder()
    x = b.input((1, 4), None, 0, dtype=np.float32)  # type: ignore[arg-type]
    y = b.binary("ADD", b.quantize(x, 1, 0), b.quantize(x, 2, 0), 1, 0)
    with pytest.raises(UnsupportedError, match="tensor 't0' .* is float32, not int8"):  # quantized in two ways
        graph_of(b.finish(y))
    b = Builder()
    b.input((1, 4), None, 0, dtype=np.float32)  # type: ignore[arg-type]
    b.operator("QUANTIZE", [0], 99)
    with pytest.raises(InvalidModelError, match="tensor 99 does not exist"):
        graph_of(b.finish(99))
