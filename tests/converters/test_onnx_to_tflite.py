"""ONNX to TFLite: nothing of the file is lost, everything that follows is bit-exact, and each refusal is a sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from edgecnn import read_tflite
from edgecnn.converters import onnx_worker
from edgecnn.converters.onnx_to_tflite import load_onnx
from edgecnn.converters.tflite_file import parse
from edgecnn.errors import InvalidModelError, UnsupportedError, VerificationError
from edgecnn.fixed_point import dequantize, quantize
from edgecnn.verification import CONVERTED, verify
from tests.support.command_line import refused, run
from tests.support.onnx_builder import OnnxBuilder, reference, residual


def test_a_network_is_quantized_and_equal_in_every_byte(tmp_path: Path) -> None:
    """By the command line; the float truth is ONNX's own definition of its ops."""
    source, tflite = tmp_path / "m.onnx", tmp_path / "m.tflite"
    onnx.save(residual(), source)
    before = source.read_bytes()
    images = np.random.default_rng(1).random((40, 3, 16, 16), np.float32)  # channels first, as the file reads them
    np.save(tmp_path / "inputs.npy", images)
    done = run("quantize", source, "-o", tflite, "--representative", tmp_path / "inputs.npy")
    assert (done.returncode, done.stderr) == (0, "")
    assert source.read_bytes() == before  # which onnx2tf writes to
    kinds = [op.name for op in parse(tflite.read_bytes(), "it").graphs[0].operators]
    assert "TRANSPOSE" not in kinds[: kinds.index("RESHAPE") - 1]  # one, where the channels are flattened
    result = verify(tflite, dataset=None, random=8)
    result.check()
    assert {party.name for party in result.parties if party.decides} >= {CONVERTED, "tflite_runtime", "tflite_micro"}
    graph = read_tflite(tflite)
    assert graph.input.shape == (1, 16, 16, 3)
    codes = graph.evaluate(quantize(images.transpose(0, 2, 3, 1), graph.input.scale, graph.input.zero_point))
    ours = dequantize(codes, graph.output.scale, graph.output.zero_point).reshape(40, 5)
    (truth,) = reference(str(source), images)
    assert np.ptp(truth, axis=0).min() > 0.02  # it depends on the image
    assert np.abs(ours - truth).max() < 0.02


def classifier(shape: tuple[int | str, ...]) -> Any:
    b = OnnxBuilder(shape)
    return b.finish(b.node("Relu", "image"))


def two_inputs() -> Any:
    b = OnnxBuilder((1, 4))
    b.inputs.append(onnx.helper.make_tensor_value_info("more", onnx.TensorProto.FLOAT, (1, 4)))
    return b.finish(b.node("Add", "image", "more"))


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (two_inputs(), "has 2 inputs and 1 outputs; export it with one of each"),
        (classifier((1, 3, "height", 8)), r"reads image of shape \[1, 3, 0, 8\]; export it with a float32 input"),
        (classifier((1, 3, 8)), r"reads image of shape \[1, 3, 8\]; export it"),
    ],
)
def test_what_is_read_must_be_of_one_kind(model: Any, says: str, tmp_path: Path) -> None:
    onnx.save(model, tmp_path / "m.onnx")
    with pytest.raises(UnsupportedError, match=rf"m\.onnx {says}"):
        load_onnx(tmp_path / "m.onnx")


def test_bad_files(tmp_path: Path) -> None:
    with pytest.raises(InvalidModelError, match="there is no file"):
        load_onnx(tmp_path / "m.onnx")
    for content in (b"nonsense", b"", residual().SerializeToString()[:-300]):
        (tmp_path / "m.onnx").write_bytes(content)
        with pytest.raises(InvalidModelError, match=r"m\.onnx is not a valid ONNX model \(.*\); export it again"):
            load_onnx(tmp_path / "m.onnx")


def test_without_the_extra(tmp_path: Path) -> None:
    """The packages cannot be found: one sentence with the command."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'onnx2tf' else find(name, *more)\n"
    )
    onnx.save(residual(), tmp_path / "m.onnx")
    for verb in ("quantize", "convert"):
        done = run(verb, tmp_path / "m.onnx", "-o", tmp_path / "m", PYTHONPATH=str(tmp_path))
        refused(2, "onnx2tf", "pip install 'edgecnn[onnx]'", by=done)


def pooled(before: str) -> Any:
    b = OnnxBuilder((1, 2, 5, 5))
    x = b.node("Concat", b.node(before, "image"), b.node("Relu", "image"), axis=1)
    return b.finish(b.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 0, 1, 1]))


def test_a_border_of_zeros_changes_no_maximum_of_what_is_never_negative() -> None:
    model = pooled("Sigmoid")
    image = np.random.default_rng(0).normal(0, 1, (1, 2, 5, 5)).astype(np.float32)
    before = reference(model, image)
    onnx_worker.pad_before_max_pool(model)
    onnx.checker.check_model(model)
    assert [node.op_type for node in model.graph.node][-2:] == ["Pad", "MaxPool"]
    np.testing.assert_array_equal(reference(model, image), before)
    with pytest.raises(UnsupportedError, match="MaxPool 'maxpool3' pads what may be negative; put a ReLU before it"):
        onnx_worker.pad_before_max_pool(pooled("Tanh"))


def test_what_onnx2tf_makes_is_compared() -> None:
    model, image = pooled("Sigmoid"), np.random.default_rng(0).normal(0, 1, (1, 5, 5, 2)).astype(np.float32)
    (truth,) = reference(model, image.transpose(0, 3, 1, 2))
    right = truth.transpose(0, 2, 3, 1)
    onnx_worker.compare(model, lambda given: right + 1e-5, image)
    for wrong in (right + 0.1, right[..., ::-1], right[:, 1:], np.full_like(right, np.nan)):
        with pytest.raises(VerificationError, match="what onnx2tf made of it differs"):
            onnx_worker.compare(model, lambda given, wrong=wrong: wrong, image)
