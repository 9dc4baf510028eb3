"""Reading .tflite: what a file says of tensors and weights, and a sentence of the right class for what is not read."""

from pathlib import Path

import numpy as np
import pytest
import tflite

from edgecnn.converters.tflite_to_graph import graph_of, read_tflite
from edgecnn.errors import InvalidModelError, UnsupportedError
from tests.support.lenet import lenet
from tests.support.refused_models import Make, fails, small
from tests.support.tflite_builder import Builder


def test_what_is_in_a_file() -> None:
    file = small()
    graph = graph_of(file)
    assert [op.kind for op in graph.ops] == ["conv2d", "reshape", "softmax"]
    assert (graph.input.shape, graph.input.scale, graph.input.zero_point, graph.input.name) == (
        (1, 4, 4, 1),
        0.5,
        -3,
        "t0",
    )
    assert (graph.output.shape, graph.output.scale, graph.output.zero_point) == ((1, 8), 1 / 256, -128)
    assert [str(tensor) for tensor in graph.tensors] == ["t0 4x4x1", "t3 2x2x2", "t11 8", "t12 8"]
    assert (graph.parameters, graph.macs, graph.source) == (20, 72, file)


def test_reading_from_a_path(tmp_path: Path) -> None:
    (tmp_path / "net.tflite").write_bytes(small())
    assert read_tflite(tmp_path / "net.tflite").sha256 == read_tflite(str(tmp_path / "net.tflite")).sha256
    for place in (tmp_path / "missing.tflite", tmp_path):
        with pytest.raises(InvalidModelError, match="cannot read .*; check the path"):
            read_tflite(place)


@pytest.mark.parametrize("data", [b"", b"TFL3", b"a text, and no model", bytes(100), b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_what_is_no_tflite(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "net.tflite").write_bytes(data)
    with pytest.raises(InvalidModelError, match=r"^net\.tflite is not a TFLite model: it does not bear the mark TFL3"):
        read_tflite(tmp_path / "net.tflite")


@pytest.mark.parametrize("file", [small(), lenet()], ids=["small", "lenet"])
def test_a_file_cut_off_anywhere(file: bytes) -> None:
    lengths = (
        range(len(file)) if len(file) < 5000 else [*range(0, 3000, 7), *range(3000, len(file), 997), len(file) - 1]
    )
    for length in lengths:
        with pytest.raises(InvalidModelError, match=r"^net\.tflite is (not a TFLite model|damaged or cut off)"):
            graph_of(file[:length], "net.tflite")


# Tensors


def float_input(b: Builder) -> int:
    return b.relu(b.input((1, 4), 1, 0, dtype=np.float32), 1, 0)


def int16_output(b: Builder) -> int:
    x = b.input((1, 4), 1, 0)
    y = b.quantize(x, 1, 0)
    b.tensors[y].type = tflite.TensorType.INT16
    return y


def unquantized(b: Builder) -> int:
    return b.operator("RELU", [b.input((1, 4), 1, 0)], b.tensor((1, 4)))


def quantized_twice(b: Builder) -> int:
    return b.operator("RELU", [b.input((1, 4), 1, 0)], b.tensor((1, 4), [1.0, 2.0]))


def open_width(b: Builder) -> int:
    return b.relu(b.input((1, 4, 4, 1), 1, 0, signature=(1, 4, -1, 1)), 1, 0)


def empty_tensor(b: Builder) -> int:
    return b.relu(b.input((1, 0), 1, 0), 1, 0)


def no_shape(b: Builder) -> int:
    return b.relu(b.input((), 1, 0), 1, 0)


def batch_of_four(b: Builder) -> int:
    return b.relu(b.input((4, 3), 1, 0), 1, 0)


def huge(b: Builder) -> int:
    return b.relu(b.input((1, 65536, 65536), 1, 0), 1, 0)


def constant_activation(b: Builder) -> int:
    b.input((1, 2), 1, 0)
    return b.relu(b.constant([[1, 2]], 1.0, dtype=np.int8), 1, 0)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (float_input, "tensor 't0' .* is float32, not int8; quantize it to full-integer int8"),
        (int16_output, "tensor 't1' .* is int16, not int8"),
        (unquantized, "tensor 't1' .* has no quantization"),
        (quantized_twice, "tensor 't1' .* has no quantization \\(one scale"),
        (open_width, "tensor 't0' .* dynamic shape \\[1, 4, -1, 1\\]"),
        (empty_tensor, "tensor 't[01]' .* dynamic shape \\[1, 0\\]"),
        (no_shape, "the input 't0' of .* has 0 dimensions; give it 1 to 6"),
        (batch_of_four, "tensor 't[01]' .* batch size 4; convert the model with batch size 1"),
        (huge, "tensor 't[01]' .* has 4294967296 bytes"),
        (constant_activation, "tensor 't1' .* is a constant"),
    ],
)
def test_tensors_that_are_not_supported(make: Make, says: str) -> None:
    fails(make, UnsupportedError, says)


def test_an_open_batch_is_taken_as_one() -> None:
    b = Builder()
    assert graph_of(b.finish(b.relu(b.input((1, 4), 1, 0, signature=(-1, 4)), 1, 0))).input.shape == (1, 4)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("inf"), float("nan"), 1e-30, 1e30])
def test_scales_that_cannot_be(scale: float) -> None:
    fails(lambda b: b.relu(b.input((1, 4), 1, 0), scale, 0), InvalidModelError, "tensor 't1' .* has scale")
    weights = np.ones((1, 4), np.int8)
    fails(
        lambda b: b.fully_connected(b.input((1, 4), 1, 0), weights, None, scale, 1, 0),
        InvalidModelError,
        "op 0 FULLY_CONNECTED .* 't1' with a scale that is not a positive number",
    )


@pytest.mark.parametrize("zero_point", [-129, 128, 2**40])
def test_zero_points_that_cannot_be(zero_point: int) -> None:
    fails(lambda b: b.relu(b.input((1, 4), 1, 0), 1, zero_point), InvalidModelError, f"zero point {zero_point}")


# Weights


def dense(b: Builder, **changes: object) -> int:
    y = b.fully_connected(b.input((1, 2), 1, 0), np.ones((3, 2), np.int8), np.zeros(3), [1, 2, 3], 1, 0)
    for field, value in changes.items():
        setattr(b.tensors[b.operators[0].inputs[1]], field, value)
    return y


@pytest.mark.parametrize(
    ("quantization", "says"),
    [
        (([1.0], [1], 0), "'t1' with a zero point other than 0"),
        (([1.0, 2.0, 3.0], [0, 0, 4], 0), "'t1' with a zero point other than 0"),
        (([1.0, 2.0], [0, 0], 1), "'t1' without a scale per tensor or per output channel"),
        (([1.0, 2.0, 3.0], [0, 0, 0], 1), "'t1' quantized along axis 1 instead of 0"),
        (None, "'t1' without a scale"),
    ],
)
def test_weights_that_are_not_supported(quantization: object, says: str) -> None:
    fails(lambda b: dense(b, quantization=quantization), UnsupportedError, f"op 0 FULLY_CONNECTED \\('t3'\\) .* {says}")


def test_float_weights_and_int64_biases() -> None:
    def float_weights(b: Builder) -> int:
        return dense(b, type=tflite.TensorType.FLOAT32, data=np.ones((3, 2), np.float32).tobytes())

    def wide_bias(b: Builder) -> int:
        y = dense(b)
        bias = b.tensors[b.operators[0].inputs[2]]
        bias.type, bias.data = tflite.TensorType.INT64, bytes(24)
        return y

    fails(float_weights, UnsupportedError, "op 0 FULLY_CONNECTED .* 't1' as float32 instead of int8")
    fails(wide_bias, UnsupportedError, "op 0 FULLY_CONNECTED .* 't2' as int64 instead of int32")
    fails(lambda b: dense(b, data=b"12345"), InvalidModelError, "damaged or cut off .*5 values for shape \\[3, 2\\]")
