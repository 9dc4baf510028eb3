"""The figures of the report, against values worked out elsewhere."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import mean_absolute_error, mean_squared_error, roc_auc_score

from edgecnn.support.metrics import Accuracy, Fidelity, accuracy, auc, confusion, mae, rmse


@pytest.mark.parametrize(("right", "n"), [(9946, 10000), (5, 5), (0, 5), (95, 100), (1, 2)])
def test_wilson_interval_is_scipys(right: int, n: int) -> None:
    theirs = binomtest(right, n).proportion_ci(0.95, method="wilson")
    assert Accuracy(right, n).interval == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_confusion_and_accuracy_agree() -> None:
    labels, classes = np.array([0, 1, 1, 2]), np.array([0, 1, 2, 2])
    matrix = confusion(classes, labels, 3)
    assert matrix.tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 1]]
    assert accuracy(classes, labels).right == np.trace(matrix) == 3


def test_fidelity_in_batches_is_the_formula_over_all() -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(-128, 128, (10, 7)).astype(np.int8)
    p = 0.05 * (codes.astype(np.float64) - 3)
    r = (p + rng.normal(0, 0.02, p.shape)).astype(np.float32)
    fidelity = Fidelity(0.05, 3)
    for part in (slice(0, 4), slice(4, 10)):
        fidelity.add(codes[part], r[part])
    figures = fidelity.to_json()
    r64 = r.astype(np.float64)
    assert figures["RMSE/scale"] == pytest.approx(np.sqrt(np.mean((r64 - p) ** 2)) / 0.05)
    assert figures["cosine"] == pytest.approx(np.sum(r64 * p) / np.linalg.norm(r64) / np.linalg.norm(p))
    assert figures["SQNR"] == pytest.approx(20 * np.log10(np.linalg.norm(r64) / np.linalg.norm(r64 - p)))
    assert figures["saturated"] == pytest.approx(np.mean((codes == 127) | (codes == -128)))


def test_the_code_of_zero_is_not_saturated() -> None:
    fidelity = Fidelity(0.1, -128)
    fidelity.add(np.array([-128, -128, 127, 0], np.int8), None)
    assert fidelity.to_json() == {"saturated": 0.25, "RMSE/scale": None, "cosine": None, "SQNR": None}


def test_the_area_under_the_curve_is_scikit_learns() -> None:
    """Equal scores, one output or two for two classes, and more classes."""
    rng = np.random.default_rng(0)
    labels, scores = rng.integers(0, 2, 200), rng.integers(-9, 9, (200, 1)).astype(np.float32)
    both = np.concatenate([-scores, scores], 1)
    assert auc(scores, labels) == auc(both, labels) == pytest.approx(roc_auc_score(labels, scores[:, 0]))
    classes, shares = rng.integers(0, 4, 200), rng.dirichlet(np.ones(4), 200).round(1)
    each = [roc_auc_score(classes == one, shares[:, one]) for one in range(4)]
    assert auc(shares, classes) == pytest.approx(np.mean(each))
    assert auc(np.array([[0.1], [0.9]]), np.array([0, 1])) == 1
    assert np.isnan(auc(scores, np.zeros(200, np.int64)))


def test_the_errors_are_scikit_learns() -> None:
    rng = np.random.default_rng(1)
    values, answers = rng.normal(0, 1, (2, 50, 3)).astype(np.float32)
    assert mae(values, answers) == pytest.approx(mean_absolute_error(answers, values))
    assert rmse(values, answers) == pytest.approx(np.sqrt(mean_squared_error(answers.ravel(), values.ravel())))
