"""Entropy of soft targets: what the best model would be left with."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import entropy

from tests.metrics.frames import distributions, mean_and_error, report, soft_table, value


def test_agrees_with_scipy() -> None:
    q, p = distributions(1)
    found = report(soft_table(q, p)).metrics["entropy"]
    mean, stderr = mean_and_error(np.array([entropy(row) for row in q]))
    assert found.value == pytest.approx(mean, rel=1e-14)
    assert found.stderr == pytest.approx(stderr, rel=1e-12)


@pytest.mark.parametrize("k", [2, 3, 10])
def test_of_uniform_targets_is_the_logarithm_of_their_number(k: int) -> None:
    q = np.full((5, k), 1 / k)
    assert value(soft_table(q, q), "entropy") == pytest.approx(np.log(k), rel=1e-15)
    assert value(soft_table(q, q), "entropy", base=2) == pytest.approx(np.log2(k), rel=1e-15)


def test_of_certain_targets_is_nothing() -> None:
    q = np.eye(3)
    assert value(soft_table(q, np.full((3, 3), 1 / 3)), "entropy") == 0.0


def test_with_divergence_it_makes_the_cross_entropy() -> None:
    q, p = distributions(2, n=200, k=6)
    found = report(soft_table(q, p)).metrics
    whole = found["entropy"].value, found["kl_divergence"].value
    assert None not in whole
    assert found["cross_entropy"].value == pytest.approx(sum(x or 0 for x in whole), rel=1e-14)
