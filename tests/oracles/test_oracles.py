"""The reference interpreters agree with each other, show every layer, and fail in sentences."""

import contextlib
from collections.abc import Iterator

import numpy as np
import pytest
import tflite

from edgecnn.errors import EdgecnnError, InvalidModelError, UsageError
from edgecnn.oracles import Oracle, available
from edgecnn.oracles.expose import expose
from tests.support.random_models import random_input, random_model
from tests.support.tflite_builder import Builder

EXACT = [oracle.name for oracle in available() if oracle.exact]
# TFLite Micro ignores the requantization in a RELU6 that stands alone. Its LOGISTIC and TANH compute in fixed point:
# off by 1 now and then, and wrong at and beside the zero point when the input's scale is 4 or more, 8 or more for TANH.
DEVIATIONS_OF_MICRO = {"RELU6", "LOGISTIC", "TANH"}


@pytest.fixture(params=EXACT)
def oracle(request: pytest.FixtureRequest) -> Iterator[Oracle]:
    with Oracle(request.param) as oracle:
        yield oracle


def two_layers(signature: bool = False) -> bytes:
    """A convolution and what Keras leaves of Flatten."""
    builder = Builder()
    x = builder.input((1, 2, 2, 1), 0.5, 0)
    y = builder.conv2d(x, np.array([[[[2]]], [[[-3]]]], np.int8), np.array([1, 0]), [0.5, 0.25], 0.5, 10)
    return builder.finish(builder.residue_flatten(y), signature=signature)


@pytest.mark.skipif(len(EXACT) < 2, reason="needs both tflite_runtime and tflite_micro")
def test_the_exact_oracles_agree_on_every_layer_of_random_models() -> None:
    with Oracle("tflite_runtime") as first, Oracle("tflite_micro") as second:
        compared = 0
        for seed in range(150):
            rng = np.random.default_rng(seed)
            model, description = random_model(rng)
            if description.ops & DEVIATIONS_OF_MICRO:
                continue
            x = random_input(rng, description.input_shape, 5)
            expected, values = first.evaluate(model, x), second.evaluate(model, x)
            assert expected.keys() == values.keys()
            for tensor, value in values.items():
                np.testing.assert_array_equal(value, expected[tensor], f"seed {seed}, tensor {tensor}: {description}")
            compared += 1
        assert compared >= 100


def test_every_layer_has_its_value_and_constants_have_none(oracle: Oracle) -> None:
    x = np.array([0, 1, 2, 3, -4, 50, -60, 127], np.int8).reshape(2, 2, 2, 1)
    values = oracle.evaluate(two_layers(), x)
    # y = 10 + (2 x + 1) * 0.5 and 10 - 3 x * 0.25 by hand; times 0.5 rounds ties up, halving away from zero
    conv = [[11, 10], [12, 9], [13, 8], [14, 8], [7, 13], [61, -28], [-49, 55], [127, -85]]
    assert {tensor: value.shape for tensor, value in values.items()} == {
        0: (2, 1, 2, 2, 1),  # the input
        3: (2, 1, 2, 2, 2),  # the convolution
        4: (2, 4),  # the shape
        8: (2,),  # its first entry
        10: (2, 2),  # the new shape
        11: (2, 1, 8),  # the output
    }
    assert values[0].tolist() == x[:, np.newaxis].tolist()
    assert values[3].reshape(8, 2).tolist() == conv
    assert values[11].reshape(8, 2).tolist() == conv
    assert values[10].tolist() == [[1, -1], [1, -1]]


def test_an_oracle_answers_again_and_for_another_model(oracle: Oracle) -> None:
    x = np.zeros((1, 2, 2, 1), np.int8)
    first = oracle.evaluate(two_layers(), x)[11]
    builder = Builder()
    other = builder.finish(builder.max_pool_2d(builder.input((1, 2, 2, 1), 0.5, 0), (2, 2), (2, 2)))
    assert oracle.evaluate(other, x)[1].tolist() == [[[[[0]]]]]
    assert oracle.evaluate(two_layers(), x)[11].tolist() == first.tolist()


def test_exposing_changes_one_offset_and_appends_the_rest() -> None:
    model = two_layers(signature=True)
    exposed = expose(model)
    changed = [i for i, (old, new) in enumerate(zip(model, exposed.model, strict=False)) if old != new]
    assert len(exposed.model) == len(model) + -len(model) % 4 + 4 * (1 + len(exposed.outputs))
    assert changed
    assert changed[-1] - changed[0] < 4
    assert exposed.outputs == (11, 3, 4, 8, 10)  # the original output stays the first
    graph = tflite.Model.GetRootAs(exposed.model).Subgraphs(0)
    assert tuple(graph.OutputsAsNumpy()) == exposed.outputs


def test_exposing_leaves_the_final_output_unchanged(oracle: Oracle) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        model, description = random_model(rng)
        x = random_input(rng, description.input_shape, 5)
        plain = oracle._ask(model, [x], False)  # the model as it is, with its one output
        assert not isinstance(plain, str)
        final = oracle.evaluate(model, x)[expose(model).outputs[0]]
        np.testing.assert_array_equal(final, plain[0], f"seed {seed}: {description}")


def test_a_signature_does_not_disturb(oracle: Oracle) -> None:
    x = np.full((1, 2, 2, 1), 7, np.int8)
    plain, signed = (oracle.evaluate(two_layers(signature), x) for signature in (False, True))
    assert plain[11].tolist() == signed[11].tolist()


def unknown_op() -> bytes:
    builder = Builder()
    x = builder.input((1, 2, 2, 1), 0.5, 0)
    return builder.finish(builder.operator(9999, [x], builder.tensor((1, 2, 2, 1), 0.5)))


def wrong_rank() -> bytes:
    builder = Builder()
    x = builder.input((1, 4), 0.5, 0)
    y = builder.tensor((1, 2), 0.5)
    return builder.finish(builder.operator("MAX_POOL_2D", [x], y, "Pool2DOptions", StrideH=1, StrideW=1))


@pytest.mark.parametrize("model", [unknown_op(), wrong_rank()], ids=["unknown op", "wrong rank"])
def test_a_model_that_an_oracle_refuses_is_one_sentence(oracle: Oracle, model: bytes) -> None:
    with pytest.raises(EdgecnnError, match=f"^{oracle.name} .* cannot run this model .*;") as caught:
        oracle.evaluate(model, np.zeros((1, 2, 2, 1), np.int8))
    assert "\n" not in str(caught.value)
    assert oracle.evaluate(two_layers(), np.zeros((1, 2, 2, 1), np.int8))  # and it still works


@pytest.mark.skipif("tflite_micro" not in EXACT, reason="needs tflite_micro")
def test_a_crash_of_the_interpreter_is_one_sentence() -> None:
    builder = Builder()
    flat = builder.finish(builder.softmax(builder.input((1, 1000), 1e-6, 0)))  # TFLite Micro aborts on it
    with Oracle("tflite_micro") as oracle:
        with pytest.raises(EdgecnnError, match=r"^tflite_micro .* \(its process was ended by SIGABRT\)"):
            oracle.evaluate(flat, np.zeros((1, 1000), np.int8))
        assert oracle.evaluate(two_layers(), np.zeros((1, 2, 2, 1), np.int8))


def test_an_input_of_the_wrong_shape_is_one_sentence(oracle: Oracle) -> None:
    with pytest.raises(EdgecnnError, match="cannot run this model"):
        oracle.evaluate(two_layers(), np.zeros((1, 3, 3, 1), np.int8))
    with pytest.raises(UsageError, match="at least one"):
        oracle.evaluate(two_layers(), np.zeros((0, 2, 2, 1), np.int8))


@pytest.mark.parametrize("length", [0, 7, 40, 200, 600])
def test_what_is_no_model_is_refused(length: int) -> None:
    with pytest.raises(InvalidModelError):
        expose(two_layers()[:length])


def test_each_input_is_given_by_its_tensor(oracle: Oracle) -> None:
    builder = Builder()
    x, y = (builder.input((1, 2), 0.5, 0) for _ in range(2))
    model = builder.finish(builder.binary("SUB", x, y, 0.5, 0))
    codes = {x: np.array([[1, 2]], np.int8), y: np.array([[5, 5]], np.int8)}
    assert oracle.evaluate(model, codes)[2].tolist() == [[[-4, -3]]]
    with pytest.raises(UsageError, match="was given 1 inputs of 2"):
        oracle.evaluate(model, codes[x])


def test_damaged_models_are_refused_or_survived(oracle: Oracle) -> None:
    model = two_layers()
    rng = np.random.default_rng(0)
    for _ in range(20):
        damaged = np.frombuffer(model, np.uint8).copy()
        damaged[rng.integers(8, len(model), 4)] = rng.integers(0, 256, 4)
        with contextlib.suppress(EdgecnnError):
            oracle.evaluate(damaged.tobytes(), np.zeros((1, 2, 2, 1), np.int8))
    assert oracle.evaluate(model, np.zeros((1, 2, 2, 1), np.int8))
