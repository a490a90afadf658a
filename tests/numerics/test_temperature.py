"""The best temperature: closed forms, scipy's optimiser, and the ends of the range."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from xentcli.numerics.temperature import MOST, End, fit_temperature

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def loss(beta: float, z: Floats, truth: NDArray[Any], weights: Floats | None = None) -> float:
    """The mean loss at an inverse temperature, by scipy."""
    log_p = beta * z - logsumexp(beta * z, axis=0)
    targets = np.eye(len(z))[:, truth] if truth.ndim == 1 else truth
    return float(np.average(-(targets * log_p).sum(axis=0), weights=weights))


def best(z: Floats, truth: NDArray[Any], weights: Floats | None = None) -> tuple[float, float]:
    """What scipy finds: the inverse temperature and the loss there."""
    found = minimize_scalar(loss, (0.1, 1.0), args=(z, truth, weights), tol=1e-15)
    return float(found.x), float(found.fun)


def simulated(k: int, rows: int, seed: int, factor: float = 3.0) -> tuple[Floats, NDArray[Any]]:
    """Logits that are `factor` times too large, and the classes drawn from the right ones."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(k, rows)) * 2
    p = np.exp(z - logsumexp(z, axis=0))
    truth = (rng.random(rows) > p.cumsum(axis=0)).sum(axis=0).clip(0, k - 1)
    return z * factor, truth


@pytest.mark.parametrize("k", [2, 3, 10, 100])
@pytest.mark.parametrize("factor", [0.01, 1.0, 3.0, 50.0])
def test_scipy_finds_the_same(k: int, factor: float) -> None:
    z, truth = simulated(k, 2000, seed=k, factor=factor)
    fitted = fit_temperature(z, truth)
    beta, least = best(z, truth)
    assert fitted.end is End.INSIDE
    # Near its minimum a loss is flat: β is known to the root of the loss's own precision.
    assert fitted.inverse == pytest.approx(beta, rel=1e-6)
    assert fitted.loss == pytest.approx(least, rel=1e-13)
    assert fitted.before == pytest.approx(loss(1.0, z, truth), rel=1e-13)


def test_weights_and_distributions_count_as_rows_do() -> None:
    z, truth = simulated(4, 600, seed=1)
    weights = np.random.default_rng(2).integers(0, 4, size=600).astype(np.float64)
    doubled = np.repeat(np.arange(600), weights.astype(int))
    plain = fit_temperature(z[:, doubled], truth[doubled])
    weighted = fit_temperature(z, truth, weights)
    soft = fit_temperature(z, np.eye(4)[:, truth], weights)
    assert weighted.inverse == pytest.approx(plain.inverse, rel=1e-13)
    assert weighted.loss == pytest.approx(plain.loss, rel=1e-13)
    assert soft.inverse == pytest.approx(plain.inverse, rel=1e-13)


def test_two_scores_have_a_closed_form() -> None:
    # All rows say d against 0, a share s of them rightly: exp(βd) = s/(1 - s).
    z = np.array([[1.7] * 10, [0.0] * 10])
    fitted = fit_temperature(z, np.array([0] * 8 + [1] * 2))
    assert fitted.inverse == pytest.approx(math.log(4) / 1.7, rel=1e-14)
    assert fitted.loss == pytest.approx(-0.8 * math.log(0.8) - 0.2 * math.log(0.2), rel=1e-15)


def test_distributions_are_fitted_to() -> None:
    z = np.array([[2.0, 2.0], [0.0, 0.0]])
    fitted = fit_temperature(z, np.array([[0.75, 0.5], [0.25, 0.5]]))
    assert fitted.inverse == pytest.approx(math.log(0.625 / 0.375) / 2, rel=1e-14)


def test_scaled_scores_have_the_scaled_temperature_and_shifted_ones_the_same() -> None:
    z, truth = simulated(3, 500, seed=4)
    plain = fit_temperature(z, truth)
    assert fit_temperature(8 * z, truth).inverse == pytest.approx(plain.inverse / 8, rel=1e-13)
    moved = fit_temperature(z + np.arange(500), truth)
    assert moved.inverse == pytest.approx(plain.inverse, rel=1e-11)


def test_the_order_of_the_rows_does_not_change_a_bit() -> None:
    z, truth = simulated(5, 70_000, seed=7)
    order = np.random.default_rng(8).permutation(70_000)
    assert fit_temperature(z, truth) == fit_temperature(z[:, order], truth[order])


def test_a_single_precision_matrix_is_widened() -> None:
    z, truth = simulated(3, 300, seed=9)
    narrow = z.astype(np.float32)
    assert fit_temperature(narrow, truth) == fit_temperature(narrow.astype(np.float64), truth)


def test_what_is_always_right_falls_without_end() -> None:
    z = np.array([[1.0, 0.0, 1.0], [0.0, 2.0, 1.0], [0.0, 0.0, 0.5]])
    fitted = fit_temperature(z, np.array([0, 1, 1]))
    assert (fitted.inverse, fitted.end) == (MOST, End.MOST)
    # The third row has two equals at its top.
    assert fitted.loss == pytest.approx(math.log(2) / 3, rel=1e-15)
    penalised = fit_temperature(z, np.array([0, 1, 1]), l2=0.01)
    assert penalised.end is End.INSIDE
    assert 1 < penalised.inverse < 10


def test_what_is_worse_than_useless_is_not_heard() -> None:
    z, truth = simulated(2, 500, seed=3)
    fitted = fit_temperature(z, 1 - truth)
    assert (fitted.inverse, fitted.end) == (0.0, End.ZERO)
    assert fitted.loss == math.log(2)


@pytest.mark.parametrize("z", [np.zeros((3, 4)), np.full((1, 4), 7.0)], ids=["equal", "one class"])
def test_scores_that_say_nothing_have_every_temperature(z: Floats) -> None:
    fitted = fit_temperature(z, np.zeros(4, dtype=int))
    assert (fitted.inverse, fitted.end) == (1.0, End.FLAT)
    assert fitted.loss == fitted.before == pytest.approx(math.log(len(z)))


def test_zero_probabilities_stay_zero() -> None:
    z = np.log(np.array([[0.9, 0.9, 0.5, 0.9], [0.1, 0.1, 0.5, 0.1]]))
    holes = np.vstack((z, np.full(4, -np.inf)))
    truth = np.array([0, 0, 1, 1])
    assert fit_temperature(holes, truth) == fit_temperature(z, truth)
    useless = fit_temperature(holes, np.array([1, 1, 0, 1]))
    assert (useless.inverse, useless.loss) == (0.0, math.log(2))


def test_an_impossible_truth_costs_infinity_and_the_other_rows_decide() -> None:
    z = np.array([[1.0, 1.0, 1.0, -np.inf], [0.0, 0.0, 0.0, 0.0]])
    fitted = fit_temperature(z, np.array([0, 0, 1, 0]))
    assert (fitted.loss, fitted.before, fitted.endless) == (math.inf, math.inf, 1)
    assert fitted.inverse == pytest.approx(math.log(2), rel=1e-14)
    nothing = np.full((2, 1), -np.inf)
    assert fit_temperature(nothing, np.array([0])).endless == 1
    assert fit_temperature(z, np.array([0, 0, 1, 0]), np.array([1.0, 1, 1, 0])).endless == 0


def test_no_weight_is_no_data() -> None:
    with pytest.raises(ValueError, match="no row has weight"):
        fit_temperature(np.zeros((2, 2)), np.zeros(2, dtype=int), np.zeros(2))


@pytest.mark.parametrize("size", [1e-3, 1e6, 1e150])
def test_scores_of_any_size_are_met(size: float) -> None:
    z, truth = simulated(3, 400, seed=12, factor=1.0)
    plain = fit_temperature(z, truth)
    fitted = fit_temperature(z * size, truth)
    assert fitted.loss == pytest.approx(plain.loss, rel=1e-9)
