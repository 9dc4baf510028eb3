"""Arrays that users hand to `edgecnn.quantize` and `dequantize`: numbers that are meant, or a sentence."""

import warnings
from datetime import date
from typing import Any

import numpy as np
import pytest

from edgecnn import FloatTwin, dequantize, quantize
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import UsageError
from tests.support.tflite_builder import Builder

NO_REALS: dict[str, Any] = {
    "NaN": [0.0, np.nan],
    "infinity": [0.0, -np.inf],
    "None": [None, 1.0],
    "a text": ["1.5", "2"],
    "bytes": [b"1.5"],
    "complex": [1 + 2j],
    "a date": [date(2026, 1, 1)],
    "a time": np.array(["2026-01-01"], "datetime64[s]"),
    "truth": [True, False],
    "a record": np.zeros(2, [("a", "f4")]),
    "an object": [object()],
    "a huge integer": [2**70],
    "rows of unequal length": [[1.0], [1.0, 2.0]],
}
NO_CODES = {**NO_REALS, "a float": [1.0], "too large": [3, 128], "too small": [-129], "2^40": [2**40]}
NO_SCALES = (0, -0.5, np.nan, np.inf, 1e-60, 1e60, "0.5", None, [0.5], True, 1j)
NO_ZERO_POINTS = (300, -129, 0.0, "3", None, [3], np.nan, 2**40)


@pytest.mark.parametrize("name", NO_REALS)
def test_what_is_no_finite_real_number_has_no_code(name: str) -> None:
    with pytest.raises(UsageError, match=r"finite real numbers must be given, not .*\.$"):
        quantize(NO_REALS[name], 0.5, 3)


@pytest.mark.parametrize("name", NO_CODES)
def test_what_is_no_code_has_no_value(name: str) -> None:
    with pytest.raises(UsageError, match=r"int8 codes must be given, not .*\.$"):
        dequantize(NO_CODES[name], 0.5, 3)


@pytest.mark.parametrize("scale", NO_SCALES, ids=repr)
def test_what_is_no_scale(scale: Any) -> None:
    for function in (quantize, dequantize):
        with pytest.raises(UsageError, match=r"a finite scale above 0 must be given, not .*\.$"):
            function([1], scale, 3)


@pytest.mark.parametrize("zero_point", NO_ZERO_POINTS, ids=repr)
def test_what_is_no_zero_point(zero_point: Any) -> None:
    for function in (quantize, dequantize):
        with pytest.raises(UsageError, match=r"a zero point from -128 to 127 must be given, not .*\.$"):
            function([1], 0.5, zero_point)


def test_the_sentence_says_where() -> None:
    with pytest.raises(UsageError, match=r"not nan \(at \[1, 2\]\)"):
        quantize(np.where(np.arange(12).reshape(3, 4) == 6, np.nan, 0), 0.5, 0)
    with pytest.raises(UsageError, match=r"not 200 \(at \[1\]\)"):
        dequantize(np.array([1, 200], np.uint8), 0.5, 0)


def test_numbers_of_every_type_are_taken() -> None:
    half: Any = np.float32(0.5)
    three: Any = np.int64(3)
    half_in_array: Any = np.array(0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in ("f2", "f4", "f8", "i1", "i8", "u1", ">f4", "g"):
            assert quantize(np.array([0, 1, 2], kind), half, three).tolist() == [3, 5, 7]
        assert quantize([1e300, -1e300, 3e38], 1e-30, 0).tolist() == [127, -128, 127]
        assert quantize(1, half_in_array, 3) == 5
        assert quantize([], 0.5, 3).size == 0
        for code in ("i1", "i8", "u1"):
            assert dequantize(np.array([3, 5], code), 0.5, 3).tolist() == [0, 1]


def test_the_float_twin_takes_nothing_else() -> None:
    b = Builder()
    twin = FloatTwin(graph_of(b.finish(b.relu(b.input((1, 2), 0.5, 0), 0.5, 0))))
    assert twin([[1.0, -1.0]]).tolist() == [[1, 0]]
    wrongs: list[Any] = [[[np.nan, 0.0]], [["1.5", "2"]], [[None, 0.0]], [[1j, 0]]]
    for wrong in wrongs:
        with pytest.raises(UsageError, match="finite real numbers"):
            twin(wrong)
