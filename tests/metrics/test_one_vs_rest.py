"""One-versus-rest cross-entropy: log p and log(1 - p) of every class, on every scale."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from sklearn.metrics import log_loss

from tests.laws.rows import Rows, rows_of
from tests.metrics import oracle
from tests.metrics.cases import (
    KINDS,
    SCALES,
    by_class,
    matrix,
    measure,
    overall,
    random_rows,
    value,
)
from xentcli.options import Base, Scale

KEY = "one_vs_rest"


def reference(rows: Rows, k: int) -> float:
    """-Σ w([y=k] log p_k + [y≠k] log Σ_{c≠k} p_c)/Σw by mpmath.

    Where p_k is below a half, 1 - p_k is taken for the others' sum: they are the same but
    for the rounding of scores that do not quite sum to one.
    """
    w = oracle.weights(rows)
    found: list[Fraction | float] = []
    with mpmath.workdps(oracle.DIGITS):
        for row, truth in enumerate(rows.truth.tolist()):
            if truth == k:
                loss = -oracle.log_probability(rows, row, k)
            else:
                others = [oracle.probability(rows, row, c) for c in range(rows.k) if c != k]
                p = oracle.probability(rows, row, k)
                exact = rows.k == 2 or p > 0.5 or rows.scale is Scale.LOGIT
                loss = -mpmath.log(mpmath.fsum(others) if exact else 1 - p)
            endless = loss == mpmath.inf
            found.append(math.inf if endless else Fraction(mpmath.nstr(loss, 50)))
    return oracle.mean(found, w)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("spread", [1.0, 30.0])
def test_against_the_formula(
    scale: Scale, kind: type[np.floating], single: bool, weighted: bool, spread: float
) -> None:
    rows = random_rows(16, scale, kind=kind, single=single, weighted=weighted, spread=spread, n=30)
    if scale is Scale.LOG_PROBABILITY and single:
        rows = replace(rows, raw=np.minimum(rows.raw, -1e-30).astype(kind))
    found = by_class(KEY, rows)
    for k in range(rows.k):
        assert found[k] == pytest.approx(reference(rows, k), rel=4e-15, abs=0)
    macro = overall(KEY, rows)
    assert macro.value == pytest.approx(math.fsum(x or 0 for x in found) / rows.k, rel=1e-15, abs=0)


@pytest.mark.parametrize("weighted", [True, False])
def test_agrees_with_scikit_learn(weighted: bool) -> None:
    rows = random_rows(17, weighted=weighted, k=4)
    p = matrix(rows)
    for k, found in enumerate(by_class(KEY, rows)):
        theirs = log_loss(rows.truth == k, p[:, k], sample_weight=rows.weights)
        assert found == pytest.approx(theirs, rel=1e-12, abs=0)


def test_both_classes_of_a_binary_task_have_the_cross_entropy() -> None:
    for scale in SCALES:
        rows = random_rows(18, scale, single=True)
        loss = value("cross_entropy", rows)
        assert by_class(KEY, rows) == pytest.approx([loss, loss], rel=1e-14, abs=0)


@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("z", [1000.0, 300.0, 40.0, 30.0, 1.0])
def test_extreme_logits_keep_their_digits(z: float, single: bool) -> None:
    for truth in (0, 1):
        scores = [z] if single else [[0.0, z, -z]]
        rows = rows_of([truth], scores, scale=Scale.LOGIT)
        found = by_class(KEY, rows)
        for k in range(rows.k):
            if found[k] is not None:
                assert found[k] == pytest.approx(reference(rows, k), rel=1e-13, abs=0)
        assert found[truth] is not None


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_a_dominant_logit_keeps_its_tiny_loss(offset: float) -> None:
    for rows in (
        rows_of(
            [0, 1, 2], np.array([[40.0, 0, 0], [0, 45, 1], [0, 0, 33]]) + offset, scale=Scale.LOGIT
        ),
        rows_of([0, 1], np.array([[40.0, 0], [0, 45]]) + offset, scale=Scale.LOGIT),
    ):
        for k, found in enumerate(by_class(KEY, rows)):
            assert found == pytest.approx(reference(rows, k), rel=1e-14, abs=0)


def test_small_log_probabilities_are_taken_as_they_are() -> None:
    rows = rows_of([0, 1, 2], [[-800.0, -1e-3, -7.0]] * 3, scale=Scale.LOG_PROBABILITY)
    found = by_class(KEY, rows)
    # The others' sum is 1 for class 0, e^-7 (and e^-800) for class 1, 1 - e^-7 for class 2.
    assert found[0] == pytest.approx(800 / 3, rel=1e-15, abs=0)
    assert found[1] == pytest.approx((1e-3 + 7 + 7) / 3, rel=1e-15, abs=0)
    assert found[2] == pytest.approx((7 - 2 * math.log1p(-math.exp(-7))) / 3, rel=1e-15, abs=0)


def test_closed_forms_and_infinity() -> None:
    rows = rows_of([0, 1], [[0.5, 0.25, 0.25], [0.5, 0.5, 0.0]])
    found = by_class(KEY, rows)
    assert found[:2] == pytest.approx([math.log(2), (math.log(4 / 3) + math.log(2)) / 2])
    assert overall(KEY, rows, Base.TWO).unit == "bits"
    assert by_class(KEY, rows_of([0, 1], [0.5, 0.0])) == [math.inf, math.inf]


def test_clipping_bounds_it_too() -> None:
    rows = replace(rows_of([0, 1, 2], [[0.0, 0.5, 0.5]] * 3), clip=1e-15)
    found = by_class(KEY, rows)
    assert found[0] == pytest.approx((-math.log(1e-15) + 2e-15) / 3, rel=1e-14, abs=0)


@pytest.mark.parametrize("weighted", [True, False])
def test_the_error_of_a_class(weighted: bool) -> None:
    rows = random_rows(19, weighted=weighted, k=3, n=40)
    w = np.ones(40) if rows.weights is None else rows.weights
    p = matrix(rows)
    for k in range(3):
        loss = -np.where(rows.truth == k, np.log(p[:, k]), np.log1p(-p[:, k]))
        mean = (w * loss).sum() / w.sum()
        square = (w * w * (loss - mean) ** 2).sum() / w.sum() ** 2
        wanted = math.sqrt(square * (1 if weighted else 40 / 39))
        found = measure(KEY, rows).classes[k]
        assert found is not None
        assert found.stderr == pytest.approx(wanted, rel=1e-10)
