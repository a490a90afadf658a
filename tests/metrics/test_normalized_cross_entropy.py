"""Normalised cross-entropy: L/H(π), 1 for predicting the class frequencies."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from sklearn.metrics import d2_log_loss_score

from tests.laws.rows import Rows, rows_of
from tests.metrics import oracle
from tests.metrics.cases import SCALES, matrix, overall, random_rows, value
from xentcli.options import Base, Scale

KEY = "normalized_cross_entropy"


def reference(rows: Rows) -> tuple[float, float]:
    """L/H, and sd(ℓ - NE·h_y)/(H√n) in two passes, by mpmath."""
    w, x = oracle.weights(rows), oracle.finite(oracle.losses(rows))
    truth = rows.truth.tolist()
    whole = sum(w)
    share = [sum(a for a, t in zip(w, truth, strict=True) if t == k) / whole for k in range(rows.k)]
    with mpmath.workdps(oracle.DIGITS):

        def big(a: Fraction | float) -> mpmath.mpf:
            exact = Fraction(a)
            return mpmath.mpf(exact.numerator) / mpmath.mpf(exact.denominator)

        h = [-mpmath.log(big(s)) if s else mpmath.mpf(0) for s in share]
        entropy = mpmath.fsum(big(s) * a for s, a in zip(share, h, strict=True))
        ratio = big(Fraction(sum(a * b for a, b in zip(w, x, strict=True)) / whole)) / entropy
        z = [big(a) - ratio * h[t] for a, t in zip(x, truth, strict=True)]
        if rows.weights is None:
            n = len(z)
            m = mpmath.fsum(z) / n
            error = mpmath.sqrt(mpmath.fsum((a - m) ** 2 for a in z) / (n - 1)) / (
                entropy * mpmath.sqrt(n)
            )
        else:
            error = mpmath.sqrt(
                mpmath.fsum((big(a) * b) ** 2 for a, b in zip(w, z, strict=True))
            ) / (entropy * big(Fraction(whole)))
        return float(ratio), float(error)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("single", [True, False])
def test_against_the_formula(scale: Scale, weighted: bool, single: bool) -> None:
    rows = random_rows(5, scale, weighted=weighted, single=single)
    figure = overall(KEY, rows)
    ratio, error = reference(rows)
    assert figure.value == pytest.approx(ratio, rel=2e-15, abs=0)
    assert figure.stderr == pytest.approx(error, rel=1e-10, abs=0)
    assert figure.unit is None
    assert figure.interval == pytest.approx(
        (ratio - 1.959963984540054 * error, ratio + 1.959963984540054 * error)
    )


@pytest.mark.parametrize("weighted", [True, False])
def test_one_minus_it_is_the_d2_of_scikit_learn(weighted: bool) -> None:
    rows = random_rows(6, weighted=weighted, k=4)
    theirs = d2_log_loss_score(
        rows.truth, matrix(rows), sample_weight=rows.weights, labels=[0, 1, 2, 3]
    )
    found = value(KEY, rows)
    assert found is not None
    assert 1 - found == pytest.approx(theirs, rel=1e-12, abs=0)


def test_the_frequencies_themselves_cost_one_with_no_error() -> None:
    share = [0.5, 0.3, 0.2]
    figure = overall(KEY, rows_of([0] * 5 + [1] * 3 + [2] * 2, [share] * 10))
    assert figure.value == pytest.approx(1.0, rel=1e-15, abs=0)
    # The rows' losses are the classes' own surprises: nothing is left to vary.
    assert figure.stderr == pytest.approx(0.0, abs=1e-7)


def test_a_single_class_has_no_entropy_to_divide_by() -> None:
    for rows in (
        rows_of([1, 1], [0.3, 0.4]),
        rows_of([1], [0.3]),
        rows_of([0, 1], [0.3, 0.4], weights=[0, 1]),
        rows_of([1, 1], [0.0, 0.4]),
    ):
        assert overall(KEY, rows).value is None


def test_two_equal_classes_have_one_bit() -> None:
    rows = rows_of([0, 1], [[0.25, 0.75], [0.75, 0.25]])
    assert value(KEY, rows) == pytest.approx(2.0, rel=1e-15, abs=0)
    assert overall(KEY, rows, Base.TWO) == overall(KEY, rows)


def test_an_infinite_loss_stays_infinite() -> None:
    figure = overall(KEY, rows_of([0, 1], [0.3, 0.0]))
    assert (figure.value, figure.stderr, figure.interval) == (math.inf, None, None)


def test_absent_classes_do_not_count() -> None:
    rows = random_rows(8, k=3)
    wide = Rows(5, rows.truth, np.concatenate([rows.raw, np.zeros((2, len(rows)))]))
    assert overall(KEY, wide) == overall(KEY, rows)
