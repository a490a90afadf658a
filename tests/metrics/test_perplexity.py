"""Perplexity: exp of the loss, with an interval that stays above zero."""

from __future__ import annotations

import math

import mpmath
import pytest

from tests.laws.rows import rows_of
from tests.metrics import oracle
from tests.metrics.cases import SCALES, measure, overall, random_rows, value
from xentcli.options import Base, Scale

KEY = "perplexity"


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("weighted", [True, False])
def test_is_the_exponential_of_the_exact_loss(scale: Scale, weighted: bool) -> None:
    rows = random_rows(1, scale, weighted=weighted)
    found = measure(KEY, rows)
    for figure, part in zip(
        (found.overall, *found.classes),
        (rows, *(oracle.of_class(rows, k) for k in range(rows.k))),
        strict=True,
    ):
        assert figure is not None
        x, w = oracle.finite(oracle.losses(part)), oracle.weights(part)
        loss = oracle.mean(x, w)
        assert figure.value == pytest.approx(float(mpmath.exp(loss)), rel=1e-15, abs=0)
        error = oracle.stderr(x, w if weighted else None)
        assert figure.stderr == pytest.approx(math.exp(loss) * error, rel=1e-10, abs=0)
        reach = 1.959963984540054 * error
        ends = (math.exp(loss - reach), math.exp(loss + reach))
        assert figure.interval == pytest.approx(ends, rel=1e-12, abs=0)
        assert figure.unit is None


@pytest.mark.parametrize("k", [2, 3, 7, 1000])
def test_uniform_predictions_have_the_perplexity_of_their_number(k: int) -> None:
    assert value(KEY, rows_of([0, 1], [[1 / k] * k] * 2)) == pytest.approx(k, rel=1e-15, abs=0)
    zeros = rows_of([0, 1], [[0.0] * k] * 2, scale=Scale.LOGIT)
    assert value(KEY, zeros) == pytest.approx(k, rel=2e-15, abs=0)


def test_closed_forms() -> None:
    assert value(KEY, rows_of([1, 1], [1.0, 1.0])) == 1.0
    assert value(KEY, rows_of([1, 1], [0.5, 0.125])) == pytest.approx(4.0, rel=1e-15, abs=0)
    assert value(KEY, rows_of([1, 1], [0.0, 0.5])) == math.inf
    assert value(KEY, rows_of([1], [-800.0], scale=Scale.LOGIT)) == math.inf


@pytest.mark.parametrize("base", Base)
def test_the_base_does_not_matter(base: Base) -> None:
    rows = random_rows(2)
    assert overall(KEY, rows, base) == overall(KEY, rows)


def test_one_row_has_no_error() -> None:
    figure = overall(KEY, rows_of([1], [0.25]))
    assert figure.value == pytest.approx(4.0, rel=1e-15, abs=0)
    assert (figure.stderr, figure.interval) == (None, None)
