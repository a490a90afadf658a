"""Kullback–Leibler divergence of predictions from soft targets."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import entropy

from tests.metrics.frames import distributions, mean_and_error, report, soft_table, value


def test_agrees_with_scipy() -> None:
    q, p = distributions(3)
    found = report(soft_table(q, p)).metrics["kl_divergence"]
    mean, stderr = mean_and_error(np.array([entropy(a, b) for a, b in zip(q, p, strict=True)]))
    assert found.value == pytest.approx(mean, rel=1e-13)
    assert found.stderr == pytest.approx(stderr, rel=1e-12)


def test_with_weights() -> None:
    q, p = distributions(4)
    w = np.random.default_rng(0).exponential(size=len(q))
    found = report(soft_table(q, p).assign(w=w), weight="w").metrics["kl_divergence"]
    each = np.array([entropy(a, b) for a, b in zip(q, p, strict=True)])
    mean, stderr = mean_and_error(each, w)
    assert found.value == pytest.approx(mean, rel=1e-13)
    assert found.stderr == pytest.approx(stderr, rel=1e-12)


def test_of_the_targets_themselves_is_nothing() -> None:
    q, _ = distributions(5)
    assert value(soft_table(q, q), "kl_divergence") == 0.0


def test_what_the_target_rules_out_may_be_impossible() -> None:
    table = soft_table(np.array([[0.5, 0.5, 0.0]]), np.array([[0.25, 0.75, 0.0]]))
    exact = 0.5 * math.log(2) + 0.5 * math.log(2 / 3)
    assert value(table, "kl_divergence") == pytest.approx(exact, rel=1e-14)


def test_the_impossible_that_happens_is_infinite() -> None:
    table = soft_table(np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]))
    assert value(table, "kl_divergence") == math.inf
