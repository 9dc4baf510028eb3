"""SOFTMAX: against real probabilities, and its corners."""

import numpy as np
import pytest

from edgecnn.converters.graph_to_c import prove_accumulators
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import DoesNotFitError, InvalidModelError, UnsupportedError
from edgecnn.ops.softmax import Softmax
from edgecnn.oracles import Oracle
from tests.support.one_op import only_op, run
from tests.support.tflite_builder import Builder


def softmax(shape: tuple[int, ...], scale: float, beta: float = 1.0) -> bytes:
    b = Builder()
    return b.finish(b.softmax(b.input(shape, scale, 0), beta))


@pytest.mark.parametrize("classes", [1, 2, 4, 64, 256])
def test_equal_logits_have_equal_probabilities(classes: int) -> None:
    assert run(softmax((1, classes), 0.1), [5] * classes) == [min(127, 256 // classes - 128)] * classes


def test_close_to_real_probabilities() -> None:
    x = np.random.default_rng(0).integers(-128, 128, 10)
    exponentials = np.exp((x - x.max()) * 0.05 * 0.7)
    result = np.array(run(softmax((1, 10), 0.05, 0.7), x))
    np.testing.assert_allclose((result + 128) / 256, exponentials / exponentials.sum(), atol=0.51 / 256)


def test_rows_are_separate() -> None:
    assert run(softmax((1, 2, 2), 1.0), [[0, 0], [127, -128]]) == [[0, 0], [127, -128]]


def test_many_classes_of_which_few_matter(tflite_runtime: Oracle) -> None:
    model = softmax((1, 1000), 0.1)
    x = np.random.default_rng(1).integers(-128, 128, (1, 1000)).astype(np.int8)
    assert run(model, x) == tflite_runtime.evaluate(model, x)[1][0, 0].tolist()


def test_over_511_equal_classes_leave_nothing_of_a_probability() -> None:
    # No oracle decides: TFLite shifts by more than 31 bits (tflite_runtime says 127), and TFLite Micro aborts.
    assert run(softmax((1, 511), 1e-6), [0] * 511) == [-127] * 511
    assert run(softmax((1, 512), 1e-6), [0] * 512) == [-128] * 512


@pytest.mark.parametrize("scale", [15.9, 16.0, 40.0, 1e6])
def test_an_extreme_scale_lets_only_the_maximum_live(scale: float, tflite_runtime: Oracle) -> None:
    x = np.array([[3, 4, 4, -128]], np.int8)
    assert run(softmax((1, 4), scale), x) == [-128, 0, 0, -128]
    assert tflite_runtime.evaluate(softmax((1, 4), scale), x)[1][0, 0].tolist() == [-128, 0, 0, -128]


def test_no_shift_of_the_kernel_leaves_int32() -> None:
    op = only_op(softmax((1, 4), 1e6))
    assert isinstance(op, Softmax)
    assert op.kernel_call().leads == {0: 0}
    assert op.lowest_difference == 0
    assert op.params.scale.shift == 30  # (int32_t)1 << 31 is undefined in C


def test_refusals() -> None:
    b = Builder()
    y = b.softmax(b.input((1, 4), 1, 0))
    b.tensors[y].quantization = ([1 / 255], [-128], 0)
    with pytest.raises(UnsupportedError, match="output scale 1/256 and zero point -128"):
        graph_of(b.finish(y))
    with pytest.raises(InvalidModelError, match="beta -1"):
        graph_of(softmax((1, 4), 1.0, -1.0))
    with pytest.raises(InvalidModelError, match="beta nan"):
        graph_of(softmax((1, 4), 1.0, float("nan")))
    with pytest.raises(InvalidModelError, match="too small"):
        graph_of(softmax((1, 4), 1e-9))
    b = Builder()
    y = b.operator("SOFTMAX", [b.input((1, 4), 1, 0)], b.tensor((1, 5), 1 / 256, -128), "SoftmaxOptions", Beta=1.0)
    with pytest.raises(InvalidModelError, match="different shapes"):
        graph_of(b.finish(y))
    prove_accumulators(graph_of(softmax((1, 4095), 1.0)))
    with pytest.raises(DoesNotFitError, match="softmax"):
        prove_accumulators(graph_of(softmax((1, 4096), 1.0)))
