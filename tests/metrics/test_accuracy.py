"""Accuracy: ties go to the first class, the interval is Wilson's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest, norm
from sklearn.metrics import accuracy_score

from tests.laws.rows import Rows, rows_of
from tests.metrics import oracle
from tests.metrics.cases import SCALES, overall, random_rows, value
from xentcli.options import Scale

KEY = "accuracy"
Z = 1.959963984540054


def decisions(rows: Rows) -> np.typing.NDArray[np.intp]:
    """The first class of the largest probability, by Python's own max."""
    with_ties = []
    for row in range(len(rows)):
        p = [oracle.log_probability(rows, row, k) for k in range(rows.k)]
        with_ties.append(max(range(rows.k), key=lambda k: (p[k], -k)))
    return np.array(with_ties)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("single", [True, False])
def test_agrees_with_scikit_learn(scale: Scale, weighted: bool, single: bool) -> None:
    rows = random_rows(3, scale, weighted=weighted, single=single, spread=0.7)
    theirs = accuracy_score(rows.truth, decisions(rows), sample_weight=rows.weights)
    assert 0 < theirs < 1
    assert value(KEY, rows) == pytest.approx(theirs, rel=1e-14, abs=0)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99, 0.999])
@pytest.mark.parametrize(("right", "n"), [(0, 5), (5, 5), (97, 100), (1, 2), (1, 3)])
def test_the_interval_is_wilsons(right: int, n: int, confidence: float) -> None:
    rows = rows_of([1] * n, [0.9] * right + [0.1] * (n - right))
    figure = overall(KEY, rows, confidence=confidence)
    assert figure.value == right / n
    z = float(norm.ppf((1 + confidence) / 2))
    assert figure.interval == pytest.approx(oracle.wilson(right / n, n, z), abs=1e-13)
    theirs = binomtest(right, n).proportion_ci(confidence, method="wilson")
    assert figure.interval == pytest.approx((theirs.low, theirs.high), abs=1e-13)
    assert figure.confidence == confidence
    share = right / n
    assert figure.stderr == pytest.approx(math.sqrt(share * (1 - share) / n), rel=1e-14, abs=0)


@pytest.mark.parametrize("p", [0.9, 0.1])
def test_the_interval_of_all_or_none_ends_at_the_share_itself(p: float) -> None:
    for n in range(2, 400):
        figure = overall(KEY, rows_of([1] * n, [p] * n))
        assert figure.interval is not None
        assert figure.value == figure.interval[p > 0.5] == float(p > 0.5)
        assert 0 <= figure.interval[0] < figure.interval[1] <= 1


def test_weights_count_as_so_many_effective_rows() -> None:
    rows = random_rows(9, weighted=True, spread=0.7)
    assert rows.weights is not None
    figure = overall(KEY, rows)
    assert figure.value is not None
    w, p = rows.weights, figure.value
    hit = rows.raw.argmax(axis=0) == rows.truth
    # So many rows of one weight would have the error √Σ(w(x - p))²/Σw.
    variance = float((w * w * (hit - p) ** 2).sum() / w.sum() ** 2)
    assert figure.stderr == pytest.approx(math.sqrt(variance), rel=1e-12)
    n = p * (1 - p) / variance
    assert figure.interval == pytest.approx(oracle.wilson(figure.value, n, Z), rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("scale", "tie", "lower"),
    [
        (Scale.PROBABILITY, 0.4, 0.2),
        (Scale.LOGIT, 1.0, -1.0),
        (Scale.LOG_PROBABILITY, math.log(0.4), math.log(0.2)),
    ],
)
def test_of_equal_scores_the_first_class_wins(scale: Scale, tie: float, lower: float) -> None:
    scores = [[tie, tie, lower], [tie, lower, tie], [lower, tie, tie], [tie, tie, tie]]
    for truths, right in (((0, 0, 1, 0), 4), ((1, 2, 2, 1), 0), ((1, 2, 2, 2), 0)):
        rows = rows_of(truths, scores, scale=scale)
        assert value(KEY, rows) == right / 4


@pytest.mark.parametrize(
    ("scale", "middle"),
    [(Scale.PROBABILITY, 0.5), (Scale.LOGIT, 0.0)],
)
@pytest.mark.parametrize("positive", [0, 1])
def test_the_middle_of_one_column_is_a_tie_too(scale: Scale, middle: float, positive: int) -> None:
    scores = [middle, math.nextafter(middle, 1), math.nextafter(middle, -1)]
    beyond = [0, positive, 1 - positive]
    rows = rows_of(beyond, scores, scale=scale, positive=positive)
    assert value(KEY, rows) == 1.0
    opposite = rows_of([1 - t for t in beyond], scores, scale=scale, positive=positive)
    assert value(KEY, opposite) == 0.0


def test_two_columns_tie_as_one_does() -> None:
    assert value(KEY, rows_of([0, 1], [[0.5, 0.5], [0.5, 0.5]])) == 0.5
    assert value(KEY, rows_of([0, 1], [0.5, 0.5])) == 0.5


def test_two_values_of_a_float32_are_not_made_equal() -> None:
    a = np.float32(0.33333334)
    b = np.nextafter(a, np.float32(1))
    rows = rows_of([1], np.array([[a, b, a]], dtype=np.float32))
    assert value(KEY, rows) == 1.0


def test_one_row_has_no_interval_and_no_rows_no_value() -> None:
    figure = overall(KEY, rows_of([1], [0.9]))
    assert (figure.value, figure.stderr, figure.interval) == (1.0, None, None)
    assert overall(KEY, rows_of([], np.zeros((0, 3)), k=3)).value is None


@pytest.mark.parametrize("k", [2, 255, 256, 257, 300, 1000])
def test_class_numbers_do_not_wrap_around(k: int) -> None:
    n = 9
    rng = np.random.default_rng(k)
    truth = np.concatenate([[0, k - 1, k // 2], rng.integers(0, k, n - 3)])
    p = np.full((n, k), 0.1 / k)
    p[np.arange(n), truth] = 0.9
    assert value(KEY, rows_of(truth, p)) == 1.0
