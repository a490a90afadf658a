"""Cross-entropy: against mpmath to the last place, against scikit-learn, and by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from sklearn.metrics import log_loss

from tests.laws.rows import Rows, rows_of
from tests.metrics import oracle
from tests.metrics.cases import KINDS, SCALES, matrix, measure, overall, random_rows, value
from xentcli.options import Base, Scale

KEY = "cross_entropy"


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("spread", [0.5, 3.0, 30.0])
def test_the_mean_is_within_one_ulp_of_the_exact_mean_of_the_losses(
    scale: Scale, kind: type[np.floating], single: bool, weighted: bool, spread: float
) -> None:
    rows = random_rows(1, scale, single=single, kind=kind, weighted=weighted, spread=spread)
    found = measure(KEY, rows)
    assert found.overall is not None
    exact = oracle.mean(oracle.losses(rows), oracle.weights(rows))
    assert oracle.ulps(found.overall.value, exact) <= 1
    for k, figure in enumerate(found.classes):
        part = oracle.of_class(rows, k)
        assert figure is not None
        # A class's own mean may be one of tiny losses, of which see below.
        exact = oracle.mean(oracle.losses(part), oracle.weights(part))
        assert math.isclose(figure.value or 0.0, exact, rel_tol=4e-16)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_the_standard_error_is_that_of_two_passes(
    scale: Scale, single: bool, weighted: bool
) -> None:
    rows = random_rows(2, scale, single=single, weighted=weighted)
    found = measure(KEY, rows)
    for figure, part in zip(
        (found.overall, *found.classes),
        (rows, *(oracle.of_class(rows, k) for k in range(rows.k))),
        strict=True,
    ):
        assert figure is not None
        x = oracle.finite(oracle.losses(part))
        exact = oracle.stderr(x, oracle.weights(part) if weighted else None)
        assert figure.stderr == pytest.approx(exact, rel=1e-10, abs=0)
        assert figure.value is not None
        assert figure.interval is not None
        reach = 1.959963984540054 * exact
        assert figure.interval == pytest.approx((figure.value - reach, figure.value + reach))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_agrees_with_scikit_learn(seed: int, single: bool, weighted: bool) -> None:
    rows = random_rows(seed, single=single, weighted=weighted, k=4)
    theirs = log_loss(
        rows.truth, matrix(rows), sample_weight=rows.weights, labels=list(range(rows.k))
    )
    assert value(KEY, rows) == pytest.approx(theirs, rel=1e-12, abs=0)


@pytest.mark.parametrize("k", [2, 3, 10, 300, 1000])
@pytest.mark.parametrize("scale", SCALES)
def test_any_number_of_classes(k: int, scale: Scale) -> None:
    rows = random_rows(k, scale, n=12, k=k)
    exact = oracle.mean(oracle.losses(rows), oracle.weights(rows))
    assert oracle.ulps(value(KEY, rows), exact) <= 2


def test_closed_forms() -> None:
    half = rows_of([0, 1], [[0.5, 0.5], [0.5, 0.5]])
    assert value(KEY, half) == math.log(2)
    quarter = rows_of([0, 1, 1], [[0.25, 0.75], [0.75, 0.25], [0.75, 0.25]])
    assert value(KEY, quarter) == math.log(4)
    assert overall(KEY, quarter, Base.TWO).value == 2.0
    assert overall(KEY, quarter, Base.TWO).unit == "bits"
    weights = rows_of([1, 1], [0.5, 0.125], weights=[3, 1])
    assert value(KEY, weights) == pytest.approx(1.5 * math.log(2), rel=1e-15, abs=0)


@pytest.mark.parametrize("weights", [None, [0.1, 0.7, 0.3, 1e-9, 12.0]])
@pytest.mark.parametrize("p", [1.0, 0.9, 0.3, 1e-300, 1 - 1e-12])
def test_constant_losses_have_no_error_at_all(p: float, weights: list[float] | None) -> None:
    figure = overall(KEY, rows_of([1] * 5, [p] * 5, weights=weights))
    assert figure.stderr == 0.0
    assert figure.value == pytest.approx(-math.log(p), rel=1e-15, abs=0)
    assert figure.interval == (figure.value, figure.value)


def test_constant_losses_have_no_error_whatever_the_weights() -> None:
    rng = np.random.default_rng(4)
    for _ in range(3000):
        n = int(rng.integers(2, 6))
        rows = rows_of([1] * n, [rng.random()] * n, weights=rng.random(n))
        assert overall(KEY, rows).stderr == 0.0


def test_one_row_has_no_error() -> None:
    for weights in (None, [2.0]):
        figure = overall(KEY, rows_of([0], [[0.25, 0.75]], weights=weights))
        assert (figure.value, figure.stderr, figure.interval) == (math.log(4), None, None)


@pytest.mark.parametrize("p", [1 - 1e-12, 1 - 2.0**-53, 1e-300, 5e-324, 1e-12, 2.0**-60])
def test_extreme_probabilities(p: float) -> None:
    for truth in (0, 1):
        rows = rows_of([truth], [p])
        exact = oracle.mean(oracle.losses(rows), [Fraction(1)])
        assert oracle.ulps(value(KEY, rows), exact) <= 1
    # The other class's own column is used, never 1 - p.
    both = rows_of([0], [[1e-300, 1.0]])
    assert value(KEY, both) == pytest.approx(300 * math.log(10), rel=1e-15, abs=0)


@pytest.mark.parametrize("z", [1000.0, 745.0, 40.0, 1e-3, 1e-300, 0.0])
def test_extreme_logits(z: float) -> None:
    for sign in (1, -1):
        for rows in (
            rows_of([1], [sign * z], scale=Scale.LOGIT),
            rows_of([1], [[0.0, sign * z]], scale=Scale.LOGIT),
            rows_of([2], [[-1e5, 0.0, sign * z]], scale=Scale.LOGIT),
            rows_of([1], [[7.0, 7.0 + sign * z, -np.inf]], scale=Scale.LOGIT),
        ):
            exact = oracle.mean(oracle.losses(rows), [Fraction(1)])
            assert oracle.ulps(value(KEY, rows), exact) <= 2


@pytest.mark.parametrize("z", [-700.0, -40.0, -1.0, -0.6, -1e-3, -1e-12, -1e-300])
def test_extreme_log_probabilities(z: float) -> None:
    for truth, positive in ((0, 1), (1, 1), (0, 0), (1, 0)):
        rows = rows_of([truth], [z], scale=Scale.LOG_PROBABILITY, positive=positive)
        exact = oracle.mean(oracle.losses(rows), [Fraction(1)])
        assert oracle.ulps(value(KEY, rows), exact) <= 3


def test_a_dominant_logit_keeps_its_tiny_loss() -> None:
    assert value(KEY, rows_of([0], [[40.0, 0.0]], scale=Scale.LOGIT)) == math.exp(-40)
    rows = rows_of([0, 0], [[30.0, 0.0, 0.0], [37.5, 0.0, 1.0]], scale=Scale.LOGIT)
    exact = oracle.mean(oracle.losses(rows), oracle.weights(rows))
    assert value(KEY, rows) == pytest.approx(exact, rel=1e-15, abs=0)


def test_tiny_losses_add_up() -> None:
    rows = rows_of([1] * 1000, [1 - 1e-12] * 999 + [0.5])
    exact = oracle.mean(oracle.losses(rows), oracle.weights(rows))
    assert oracle.ulps(value(KEY, rows), exact) <= 1


def test_a_zero_for_the_truth_costs_infinity() -> None:
    for rows in (
        rows_of([1, 1], [0.0, 0.9]),
        rows_of([0, 0], [1.0, 0.9]),
        rows_of([0, 1], [[0.0, 1.0], [0.5, 0.5]]),
        rows_of([1, 1], [-np.inf, -0.1], scale=Scale.LOG_PROBABILITY),
        rows_of([0, 0], [[-np.inf, 0.0], [0.0, 0.0]], scale=Scale.LOGIT),
    ):
        figure = overall(KEY, rows)
        assert (figure.value, figure.stderr, figure.interval) == (math.inf, None, None)
    unweighed = rows_of([1, 1], [0.0, 0.5], weights=[0.0, 1.0])
    assert value(KEY, unweighed) == math.log(2)


def test_clipping_bounds_the_loss_on_both_sides() -> None:
    rows = replace(rows_of([1, 1, 1], [0.0, 1.0, 0.5]), clip=1e-3)
    bounds = -math.log(1e-3) - math.log1p(-1e-3) + math.log(2)
    assert value(KEY, rows) == pytest.approx(bounds / 3, rel=1e-15, abs=0)
    wide = replace(random_rows(3, single=True), clip=1e-3)
    theirs = log_loss(wide.truth, np.clip(matrix(wide), 1e-3, 1 - 1e-3))
    assert value(KEY, wide) == pytest.approx(theirs, rel=1e-12, abs=0)


def test_classes_without_rows_are_undefined_and_single_classes_are_the_whole() -> None:
    found = measure(KEY, rows_of([2, 2], [[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]]))
    values = [None if v is None else v.value for v in found.classes]
    assert values[:2] == [None, None]
    assert found.classes[2] == found.overall


def test_float32_scores_are_widened_and_losses_are_not_narrowed() -> None:
    p = np.float32(0.1)
    rows = rows_of([1], np.array([p], dtype=np.float32))
    assert value(KEY, rows) == pytest.approx(-math.log(float(p)), rel=2e-16, abs=0)


def test_large_offsets_in_logits_cancel_exactly() -> None:
    rows = random_rows(7, Scale.LOGIT)
    whole = Rows(rows.k, rows.truth, np.round(rows.raw * 64) / 64, Scale.LOGIT)
    moved = replace(whole, raw=whole.raw + 2.0**40)
    assert value(KEY, moved) == value(KEY, whole)
