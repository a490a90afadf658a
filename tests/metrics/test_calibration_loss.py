"""Calibration loss: by hand, against scipy's minimiser, and over a sample of many rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from scipy.stats import chi2

from tests.laws.rows import Rows, rows_of, totals_of
from tests.metrics.cases import METRICS, SCALES, overall, random_rows, value
from xentcli.figures.reliability import winnings
from xentcli.options import Base, Scale

if TYPE_CHECKING:
    from xentcli.figures.reliability import Winnings

KEY = "calibration_loss"


def logits(rows: Rows) -> np.typing.NDArray[np.float64]:
    """The (n, K) log-probabilities, up to a constant a row."""
    raw = rows.raw.astype(np.float64)
    if raw.ndim == 2:
        return np.asarray((np.log(raw) if rows.scale is Scale.PROBABILITY else raw).T)
    if rows.scale is Scale.LOGIT:
        return np.stack([np.zeros_like(raw), raw], axis=1)
    p = raw if rows.scale is Scale.PROBABILITY else np.exp(raw)
    return np.stack([np.log1p(-p), np.log(p)], axis=1)


def scipys(rows: Rows) -> tuple[float, float]:
    """What one temperature wins, and its inverse."""
    z = logits(rows)
    w = np.ones(len(rows)) if rows.weights is None else rows.weights

    def loss(beta: float) -> float:
        own = log_softmax(beta * z, axis=1)[np.arange(len(rows)), rows.truth]
        return -float(np.sum(w * own) / np.sum(w))

    best = minimize_scalar(loss, bounds=(1e-6, 50), method="bounded", options={"xatol": 1e-12})
    return loss(1.0) - best.fun, best.x


def won(rows: Rows) -> Winnings:
    found = winnings(totals_of(rows.state(), weighted=rows.weights is not None))
    assert found is not None
    return found


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize(("k", "single"), [(2, True), (2, False), (4, False)])
def test_agrees_with_scipy(scale: Scale, weighted: bool, k: int, single: bool) -> None:
    for seed, spread in enumerate((0.5, 1.0, 2.5)):
        rows = random_rows(seed, scale, n=90, k=k, single=single, weighted=weighted, spread=spread)
        rng = np.random.default_rng(seed)
        lost = rng.random(len(rows)) < 0.2
        truth = np.where(lost, rng.integers(0, k, len(rows)), rows.truth).astype(np.uint16)
        rows = rows.but(truth=truth)
        expected, inverse = scipys(rows)
        assert value(KEY, rows) == pytest.approx(expected, abs=1e-8)
        assert won(rows).inverse == pytest.approx(inverse, rel=1e-4)
        # scipy's is a minimum found with its own tolerance: none may be deeper.
        assert won(rows).loss >= expected - 1e-14


def test_by_hand() -> None:
    # log-odds log 9, of which three in four come true: log 3 would be right, half of it.
    rows = rows_of([1, 1, 1, 0], [0.9] * 4)
    found = won(rows)
    before = -(3 * math.log(0.9) + math.log(0.1)) / 4
    after = -(3 * math.log(0.75) + math.log(0.25)) / 4
    assert found.temperature == pytest.approx(2.0, rel=1e-12)
    assert value(KEY, rows) == pytest.approx(before - after, rel=1e-12)
    assert found.chi_square == pytest.approx(8 * (before - after), rel=1e-12)
    assert found.p_value == pytest.approx(chi2.sf(found.chi_square, 1), rel=1e-10)
    assert found.rows == 4
    bits = overall(KEY, rows, Base.TWO)
    assert bits.value == pytest.approx((before - after) / math.log(2), rel=1e-12)
    assert bits.unit == "bits"


@pytest.mark.parametrize("weighted", [True, False])
def test_its_error_is_that_of_the_mean_of_what_rows_win(weighted: bool) -> None:
    rows = random_rows(3, n=200, k=3, weighted=weighted, spread=0.7)
    z, beta = logits(rows), won(rows).inverse
    every = np.arange(len(rows))
    both = [log_softmax(b * z, axis=1)[every, rows.truth] for b in (beta, 1.0)]
    w = np.ones(len(rows)) if rows.weights is None else rows.weights
    gain = both[0] - both[1]
    squares = float((w * w * (gain - np.average(gain, weights=w)) ** 2).sum())
    expected = math.sqrt(squares * (1 if weighted else 200 / 199)) / float(w.sum())
    found = overall(KEY, rows)
    assert found.stderr == pytest.approx(expected, rel=1e-9)
    assert found.interval is not None
    assert won(rows).stderr == found.stderr


def test_a_calibrated_model_loses_nothing() -> None:
    rows = rows_of([1, 1, 1, 0], [0.75] * 4)
    assert value(KEY, rows) == pytest.approx(0.0, abs=1e-15)
    assert won(rows).p_value == pytest.approx(1.0, abs=1e-6)


def test_scores_worse_than_none_are_best_left_out() -> None:
    rows = rows_of([0, 1], [0.75, 0.25])
    found = won(rows)
    assert found.temperature == math.inf
    assert found.loss == pytest.approx(math.log(4) - math.log(2), rel=1e-14)


def test_an_infinite_loss_has_no_part_that_is_miscalibration() -> None:
    rows = rows_of([0, 1, 1], [1.0, 0.5, 0.5])
    assert value(KEY, rows) is None
    assert value(KEY, rows.but(clip=1e-6)) is not None


def test_there_is_none_by_class() -> None:
    rows = random_rows(1)
    assert rows.measure(METRICS[KEY]).classes == (None,) * 3


def test_the_test_holds_its_level() -> None:
    rng = np.random.default_rng(12)
    p: list[float] = []
    for _ in range(200):
        z = rng.normal(size=300) * 2
        share = 1 / (1 + np.exp(-z))
        p.append(won(rows_of(rng.random(300) < share, share)).p_value or 0.0)
    assert 0.01 <= np.mean(np.array(p) < 0.05) <= 0.1
    assert 0.4 < np.mean(p) < 0.6
