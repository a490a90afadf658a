"""Log-likelihood: minus the sum of the losses."""

from __future__ import annotations

import math

import pytest
from sklearn.metrics import log_loss

from tests.laws.rows import rows_of
from tests.metrics import oracle
from tests.metrics.cases import SCALES, matrix, measure, overall, random_rows, value
from xentcli.options import Base, Scale

KEY = "log_likelihood"


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("weighted", [True, False])
def test_is_the_exact_sum_within_one_ulp(scale: Scale, weighted: bool) -> None:
    rows = random_rows(7, scale, weighted=weighted)
    found = measure(KEY, rows)
    for figure, part in zip(
        (found.overall, *found.classes),
        (rows, *(oracle.of_class(rows, k) for k in range(rows.k))),
        strict=True,
    ):
        x, w = oracle.finite(oracle.losses(part)), oracle.weights(part)
        assert figure is not None
        exact = -float(sum(a * b for a, b in zip(w, x, strict=True)))
        assert figure.value == pytest.approx(exact, rel=3e-16, abs=0)
        error = oracle.stderr(x, w if weighted else None) * float(sum(w))
        assert figure.stderr == pytest.approx(error, rel=1e-10, abs=0)
        assert figure.unit == "nats"


def test_agrees_with_scikit_learn() -> None:
    rows = random_rows(8)
    theirs = -log_loss(rows.truth, matrix(rows), normalize=False)
    assert value(KEY, rows) == pytest.approx(theirs, rel=1e-12, abs=0)


def test_closed_forms() -> None:
    rows = rows_of([1, 0, 1], [0.5, 0.75, 0.125], weights=[1, 2, 1])
    assert value(KEY, rows) == pytest.approx(-8 * math.log(2), rel=1e-15, abs=0)
    assert overall(KEY, rows, Base.TWO).value == pytest.approx(-8.0, rel=1e-15, abs=0)
    certain = value(KEY, rows_of([1, 0], [1.0, 0.0]))
    assert certain == 0.0
    assert math.copysign(1, certain or 0.0) == 1.0


def test_a_zero_for_the_truth_costs_infinity() -> None:
    figure = overall(KEY, rows_of([1, 1], [0.0, 0.9]))
    assert (figure.value, figure.stderr, figure.interval) == (-math.inf, None, None)


def test_no_rows_have_no_likelihood() -> None:
    found = measure(KEY, rows_of([2, 2], [[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]]))
    assert [None if v is None else v.value for v in found.classes][:2] == [None, None]
