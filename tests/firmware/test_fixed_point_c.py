"""fixed_point.h against the definitions of the roundings."""

import ctypes
from collections.abc import Callable

import numpy as np
import pytest

from edgecnn.building import compiler
from edgecnn.support import paths
from tests.support.rounding import EDGES, INT32_MAX, INT32_MIN, mbqm, rdbp, srdhm

_WRAPPERS = """
#include "fixed_point.h"
void srdhm(int32_t n, const int32_t *a, const int32_t *b, const int32_t *c, int32_t *out);
void rdbp(int32_t n, const int32_t *a, const int32_t *b, const int32_t *c, int32_t *out);
void mbqm(int32_t n, const int32_t *a, const int32_t *b, const int32_t *c, int32_t *out);
void clamp(int32_t n, const int32_t *a, const int32_t *b, const int32_t *c, int32_t *out);
void srdhm(int32_t n, const int32_t *a, const int32_t *b, const int32_t *c, int32_t *out) {
  (void)c;
  for (int32_t i = 0; i < n; i++) out[i] = edgecnn_srdhm(a[i], b[i]);
}
void rdbp(int32_t n, const int32_t *a, const int32_t *b, const int32_t *c, int32_t *out) {
  (void)c;
  for (int32_t i = 0; i < n; i++) out[i] = edgecnn_rdbp(a[i], b[i]);
}
void mbqm(int32_t n, const int32_t *a, const int32_t *b, const int32_t *c, int32_t *out) {
  for (int32_t i = 0; i < n; i++) out[i] = edgecnn_mbqm(a[i], b[i], c[i]);
}
void clamp(int32_t n, const int32_t *a, const int32_t *b, const int32_t *c, int32_t *out) {
  for (int32_t i = 0; i < n; i++) out[i] = edgecnn_clamp(a[i], b[i], c[i]);
}
"""

Triples = list[tuple[int, int, int]]


@pytest.fixture(scope="module")
def c_functions(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Triples], list[int]]:
    """fixed_point.h compiled: (function, arguments) -> results."""
    folder = tmp_path_factory.mktemp("fixed_point")
    (folder / "wrappers.c").write_text(_WRAPPERS)
    target = folder / "wrappers.so"
    options = ["-O2", "-fPIC", "-shared", f"-I{paths.runtime()}", "-o", str(target), str(folder / "wrappers.c")]
    compiler.host().run([*compiler.STRICT, *options])
    library = ctypes.CDLL(str(target))

    def call(name: str, arguments: Triples) -> list[int]:
        columns = np.ascontiguousarray(np.array(arguments, np.int32).T)
        out = np.empty(len(arguments), np.int32)
        pointers = [ctypes.c_void_p(array.ctypes.data) for array in (*columns, out)]
        getattr(library, name)(ctypes.c_int32(len(arguments)), *pointers)
        values: list[int] = out.tolist()
        return values

    return call


def many(seed: int, low: int, high: int, count: int = 20_000) -> list[int]:
    values: list[int] = np.random.default_rng(seed).integers(low, high + 1, count).tolist()
    return values


def test_c_srdhm(c_functions: Callable[[str, Triples], list[int]]) -> None:
    pairs = [(a, b) for a in EDGES for b in EDGES if (a, b) != (INT32_MIN, INT32_MIN)]
    pairs += zip(many(0, INT32_MIN, INT32_MAX), many(1, INT32_MIN, INT32_MAX), strict=True)
    expected = [srdhm(a, b) for a, b in pairs]
    assert c_functions("srdhm", [(a, b, 0) for a, b in pairs]) == expected


def test_c_rdbp(c_functions: Callable[[str, Triples], list[int]]) -> None:
    pairs = [(x, e) for x in EDGES for e in range(32)]
    pairs += zip(many(2, INT32_MIN, INT32_MAX), many(3, 0, 31), strict=True)
    assert c_functions("rdbp", [(x, e, 0) for x, e in pairs]) == [rdbp(x, e) for x, e in pairs]


def test_c_mbqm(c_functions: Callable[[str, Triples], list[int]]) -> None:
    triples = [(x, m, s) for x in EDGES for m in (0, 2**30, INT32_MAX) for s in range(-31, 31)]
    triples += zip(many(4, INT32_MIN, INT32_MAX), many(5, 2**30, INT32_MAX), many(6, -31, 30), strict=True)
    triples = [(int(x / 2 ** max(s, 0)), m, s) for x, m, s in triples]
    assert c_functions("mbqm", triples) == [mbqm(*triple) for triple in triples]


def test_c_clamp(c_functions: Callable[[str, Triples], list[int]]) -> None:
    triples = [(x, low, high) for x in [*EDGES, *range(-130, 131)] for low, high in ((-128, 127), (-5, 7), (3, 3))]
    assert c_functions("clamp", triples) == [max(low, min(high, x)) for x, low, high in triples]
