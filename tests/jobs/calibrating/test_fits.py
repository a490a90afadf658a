"""The fitted maps against other people's optimisers, and where the answer is known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from tests.jobs.calibrating.simulated import draw, log_p
from xentcli.errors import InputError
from xentcli.jobs.calibrating.maps import Isotonic, Platt, Temperature, Vector, probabilities
from xentcli.jobs.calibrating.methods import fit_steps
from xentcli.jobs.calibrating.platt import fit_line
from xentcli.jobs.calibrating.vector import Penalty, fit_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def binary(rows: int, seed: int) -> tuple[Floats, Floats]:
    """Log-odds that are off by a line, and whether the class came."""
    z, truth = draw(2, rows, seed)
    return 2.5 * (z[1] - z[0]) - 1.5, truth.astype(np.float64)


@pytest.mark.parametrize("rows", [60, 5000])
@pytest.mark.parametrize("weighted", [False, True])
def test_platt_is_the_unpenalised_logistic_regression(rows: int, weighted: bool) -> None:
    x, ones = binary(rows, seed=rows)
    weights = np.random.default_rng(1).gamma(2.0, size=rows) if weighted else np.ones(rows)
    slope, intercept = fit_line(x, weights * ones, weights * (1 - ones))
    theirs = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-14)
    theirs.fit(x[:, None], ones, sample_weight=weights)
    assert slope == pytest.approx(theirs.coef_[0, 0], rel=1e-8)
    assert intercept == pytest.approx(theirs.intercept_[0], rel=1e-8)


def test_platt_has_a_zero_gradient_at_any_size_of_logits() -> None:
    x, ones = binary(400, seed=3)
    plain = fit_line(x, ones, 1 - ones)
    for size in (1e-6, 1e6, 1e40):
        slope, intercept = fit_line(x * size, ones, 1 - ones)
        assert slope * size == pytest.approx(plain.slope, rel=1e-9)
        assert intercept == pytest.approx(plain.intercept, rel=1e-9)


def test_platt_with_a_penalty_is_scipys_minimum() -> None:
    x, ones = binary(80, seed=4)

    def loss(parameters: Floats) -> float:
        a, b = parameters
        t = a * x + b
        mean = float(np.mean(np.logaddexp(0, t) - ones * t))
        return mean + 0.1 * float((a - 1) ** 2 + b**2)

    theirs = minimize(loss, (1.0, 0.0), method="BFGS", options={"gtol": 1e-10})
    found = fit_line(x, ones, 1 - ones, l2=0.1)
    assert np.allclose(found, theirs.x, atol=1e-6)
    assert loss(np.array(found)) <= theirs.fun + 1e-15


@pytest.mark.parametrize("x", [[0.0, 1.0, 2.0], [2.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
def test_classes_that_a_threshold_parts_have_no_best_line(x: list[float]) -> None:
    ones = np.array([0.0, 1.0, 1.0])
    with pytest.raises(InputError, match="a threshold parts the two classes"):
        fit_line(np.array(x), ones, 1 - ones)
    assert math.isfinite(fit_line(np.array(x), ones, 1 - ones, l2=0.01).slope)


def test_one_class_has_no_best_line_and_equal_logits_any_slope() -> None:
    with pytest.raises(InputError):
        fit_line(np.array([0.0, 1.0]), np.ones(2), np.zeros(2))
    slope, intercept = fit_line(np.full(4, 3.0), np.array([1.0, 1, 1, 0]), np.array([0.0, 0, 0, 1]))
    assert slope == 1.0
    assert 3.0 + intercept == pytest.approx(math.log(3), rel=1e-14)


@pytest.mark.parametrize("l2", [0.0, 0.01])
def test_vector_is_the_minimum_of_its_loss(l2: float) -> None:
    z, truth = draw(4, 800, seed=5, factor=2.0)
    targets, weights = np.eye(4)[:, truth], np.ones(800)

    def loss(parameters: Floats) -> float:
        a, b = parameters[:4], parameters[4:]
        mean = -float(log_p(a[:, None] * z + b[:, None])[truth, np.arange(800)].mean())
        return mean + l2 * float(((a - 1) ** 2).sum() + (b**2).sum())

    start = np.concatenate((np.ones(4), np.zeros(4)))
    theirs = minimize(loss, start, method="SLSQP", options={"ftol": 1e-14, "maxiter": 1000})
    slopes, intercepts = fit_lines(z, targets, weights, Penalty(l2=l2))
    assert loss(np.concatenate((slopes, intercepts))) == pytest.approx(theirs.fun, abs=1e-8)
    assert np.allclose(slopes, theirs.x[:4], atol=1e-3)
    assert abs(intercepts.sum()) < 1e-9


def test_l1_leaves_most_alone_and_is_the_minimum_of_its_loss() -> None:
    z, truth = draw(3, 600, seed=6)
    z[0] *= 3  # one class is off
    targets, weights = np.eye(3)[:, truth], np.ones(600)
    slopes, intercepts = fit_lines(z, targets, weights, Penalty(l1=0.05))
    assert slopes[0] < 0.8
    assert slopes[1:].tolist() == [1.0, 1.0]
    assert intercepts.tolist() == [0.0, 0.0, 0.0]

    def loss(a: float) -> float:
        scaled = np.array([[a], [1.0], [1.0]]) * z
        return -float(log_p(scaled)[truth, np.arange(600)].mean()) + 0.05 * abs(a - 1)

    found = loss(float(slopes[0]))
    assert all(found <= loss(float(slopes[0]) + off) for off in (-1e-3, 1e-3))


@pytest.mark.parametrize("weighted", [False, True])
def test_isotonic_is_scikit_learns_between_the_points_too(weighted: bool) -> None:
    x, ones = binary(2000, seed=7)
    p = 1 / (1 + np.exp(-x))
    weights = np.random.default_rng(2).gamma(2.0, size=2000) if weighted else None
    steps = fit_steps(p, ones == 1, weights, bounded=False)
    theirs = IsotonicRegression(out_of_bounds="clip").fit(p, ones, sample_weight=weights)
    grid = np.linspace(-0.1, 1.1, 10_001)
    assert np.abs(steps.at(grid) - theirs.predict(grid)).max() < 1e-12


def test_pools_at_the_ends_say_neither_never_nor_always() -> None:
    p = np.arange(8) / 8
    ones = np.array([0, 0, 0, 1, 0, 1, 1, 1]) == 1
    plain = fit_steps(p, ones, bounded=False)
    assert sorted(set(plain.values)) == [0.0, 0.5, 1.0]
    assert sorted(set(fit_steps(p, ones).values)) == [1 / 5, 0.5, 4 / 5]


def test_pools_at_the_ends_go_no_further_than_their_neighbours() -> None:
    p = np.array([0.1] + [0.2] * 10 + [0.3] * 10 + [0.4])
    ones = np.array([0] + [1] + [0] * 9 + [0] + [1] * 9 + [1]) == 1
    values = fit_steps(p, ones).values
    assert values == (0.1, 0.1, 0.9, 0.9)
    never, always = np.zeros(3, dtype=bool), np.ones(3, dtype=bool)
    assert set(fit_steps(p[:3], never).values) == {1 / 5}
    assert set(fit_steps(p[:3], always).values) == {4 / 5}


def test_maps_leave_what_is_impossible_impossible() -> None:
    z = np.array([[-np.inf, 0.0], [0.0, -1.0], [0.0, -2.0]])
    for moved in (Temperature(0.0).of(z), Vector([-1, 1, 1], [5, 0, 0]).of(z)):
        assert moved[0, 0] == -np.inf
        assert np.isfinite(moved[1:]).all()
    sure = Platt(2.0, 1.0, positive=1).of(np.array([[-np.inf, 0.0], [0.0, -np.inf]]))
    assert probabilities(sure).tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_maps_that_change_nothing_change_nothing() -> None:
    z, _ = draw(2, 50, seed=8)
    p = probabilities(z)
    for same in (Temperature(1.0), Platt(1.0, 0.0, 1), Platt(1.0, 0.0, 0), Vector([1, 1], [0, 0])):
        assert np.allclose(probabilities(same.of(z)), p, rtol=0, atol=1e-15)
    steps = fit_steps(np.array([0.0, 1.0]), np.array([0.0, 1.0]), bounded=False)
    assert np.allclose(probabilities(Isotonic([steps], 1).of(z)), p, rtol=0, atol=1e-15)
