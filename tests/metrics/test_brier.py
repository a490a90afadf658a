"""Brier score: against exact squares, scikit-learn, and by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from tests.laws.rows import Rows, rows_of
from tests.metrics import oracle
from tests.metrics.cases import KINDS, SCALES, matrix, measure, overall, random_rows, value
from xentcli.options import Scale

FULL, HALF = "brier", "brier(scale=half)"


def squares(rows: Rows) -> list[Fraction]:
    """Σ_c (p_c - y_c)² of every row to fifty digits."""
    found = []
    with mpmath.workdps(oracle.DIGITS):
        for row, truth in enumerate(rows.truth.tolist()):
            total = mpmath.fsum(
                (oracle.probability(rows, row, k) - (k == truth)) ** 2 for k in range(rows.k)
            )
            found.append(Fraction(mpmath.nstr(total, 50)))
    return found


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_against_exact_squares(
    scale: Scale, kind: type[np.floating], single: bool, weighted: bool
) -> None:
    rows = random_rows(4, scale, single=single, kind=kind, weighted=weighted)
    x, w = squares(rows), oracle.weights(rows)
    figure = overall(FULL, rows)
    assert figure.value == pytest.approx(oracle.mean(x, w), rel=2e-15, abs=0)
    assert figure.stderr == pytest.approx(
        oracle.stderr(x, w if weighted else None), rel=1e-10, abs=0
    )
    for k, part in enumerate(measure(FULL, rows).classes):
        own = [a for a, t in zip(x, rows.truth, strict=True) if t == k]
        weight = [a for a, t in zip(w, rows.truth, strict=True) if t == k]
        assert part is not None
        assert part.value == pytest.approx(oracle.mean(own, weight), rel=2e-15, abs=0)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("weighted", [True, False])
def test_agrees_with_scikit_learn(seed: int, weighted: bool) -> None:
    rows = random_rows(seed, weighted=weighted, k=4)
    theirs = brier_score_loss(
        rows.truth,
        matrix(rows),
        sample_weight=rows.weights,
        labels=[0, 1, 2, 3],
        scale_by_half=False,
    )
    assert value(FULL, rows) == pytest.approx(theirs, rel=1e-12, abs=0)
    binary = random_rows(seed, weighted=weighted, single=True)
    theirs = brier_score_loss(binary.truth, binary.raw, sample_weight=binary.weights)
    assert value(HALF, binary) == pytest.approx(theirs, rel=1e-12, abs=0)


def test_closed_forms() -> None:
    assert value(FULL, rows_of([0], [[1.0, 0.0]])) == 0.0
    assert value(FULL, rows_of([1], [[1.0, 0.0]])) == 2.0
    assert value(FULL, rows_of([0], [[0.25] * 4])) == 0.75
    assert value(HALF, rows_of([1, 0], [0.75, 0.5])) == (0.0625 + 0.25) / 2
    assert value(FULL, rows_of([1, 0], [0.75, 0.5], weights=[1, 3])) == 2 * (0.0625 + 0.75) / 4


@pytest.mark.parametrize("q", [1e-9, 1e-12, 1e-15])
def test_a_nearly_certain_row_keeps_its_tiny_square(q: float) -> None:
    both = rows_of([0], [[1 - q, q]])
    exact = (Fraction(1) - Fraction(1 - q)) ** 2 + Fraction(q) ** 2
    assert value(FULL, both) == pytest.approx(float(exact), rel=1e-14, abs=0)
    # Scores that are rounded themselves say q to some fifteen digits less those of log q.
    logit = rows_of([0], [[-math.log(q), 0.0, -np.inf]], scale=Scale.LOGIT)
    assert value(FULL, logit) == pytest.approx(2 * (q / (1 + q)) ** 2, rel=2e-14, abs=0)
    one = rows_of([1], [-math.log(q)], scale=Scale.LOGIT)
    assert value(FULL, one) == pytest.approx(2 * (q / (1 + q)) ** 2, rel=2e-14, abs=0)
    logs = rows_of([1], [[math.log(q), -q]], scale=Scale.LOG_PROBABILITY)
    assert value(FULL, logs) == pytest.approx(math.expm1(-q) ** 2 + q * q, rel=2e-14, abs=0)


def test_a_zero_for_the_truth_stays_finite() -> None:
    assert value(FULL, rows_of([1, 1], [0.0, 1.0])) == 1.0


def test_scores_beyond_one_sum_are_taken_as_they_are() -> None:
    assert value(FULL, rows_of([0], [[0.5, 0.5, 0.5]])) == 0.75
