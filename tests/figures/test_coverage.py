"""Intervals of 95 % hold the truth in 94 to 96 of 100 data sets, by simulation.

Every data set is a slice of one table, so that one run gives the intervals of all. A row's
probability is one of a few, so the true figures are finite sums.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import xentcli

SETS = 2000
GRID = np.linspace(0.05, 0.95, 19)
# What really happens where the model says GRID: it is too sure of itself.
REAL = 0.5 + 0.7 * (GRID - 0.5)
METRICS = "cross_entropy,perplexity,brier,accuracy,log_likelihood,normalized_cross_entropy,focal"


def truth(rows: int) -> dict[str, float]:
    """The figures of infinitely many rows; the log-likelihood of so many."""

    def mean(of_one: Any, of_zero: Any) -> float:
        return float(np.mean(REAL * of_one + (1 - REAL) * of_zero))

    loss = mean(-np.log(GRID), -np.log1p(-GRID))
    share = float(np.mean(REAL))
    entropy = -share * math.log(share) - (1 - share) * math.log(1 - share)
    return {
        "cross_entropy": loss,
        "perplexity": math.exp(loss),
        "log_likelihood": -loss * rows,
        "normalized_cross_entropy": loss / entropy,
        "brier": mean(2 * (1 - GRID) ** 2, 2 * GRID**2),
        # The tie at one half goes to class 0.
        "accuracy": mean((GRID > 0.5 + 1e-9) * 1.0, (GRID < 0.5 + 1e-9) * 1.0),
        "focal": mean(-((1 - GRID) ** 2) * np.log(GRID), -(GRID**2) * np.log1p(-GRID)),
    }


def simulated(seed: int, rows: int, cluster: int = 1) -> pd.DataFrame:
    """`rows` rows a set; those of a cluster share their score, and half of them their fate."""
    rng = np.random.default_rng(seed)
    n = SETS * rows
    chosen = np.repeat(rng.integers(0, len(GRID), n // cluster), cluster)
    fate = np.repeat(rng.random(n // cluster), cluster)
    fate = np.where(rng.random(n) < 0.5, fate, rng.random(n))
    return pd.DataFrame(
        {
            "label": (fate < REAL[chosen]).astype(int),
            "prob": GRID[chosen],
            "set": np.repeat(np.arange(SETS), rows),
            "user": np.repeat(np.arange(n // cluster), cluster),
            "w": rng.choice([0.5, 1.0, 2.0], n),
        }
    )


def coverage(report: xentcli.Report, wanted: dict[str, float]) -> dict[str, float]:
    """How many intervals hold the true figure, in percent."""
    found = {}
    for key in report.slices[0].metrics:
        if key in wanted:
            ends = [s.metrics[key].interval for s in report.slices]
            inside = [low <= wanted[key] <= high for low, high in filter(None, ends)]
            assert len(inside) == SETS, key
            found[key] = 100.0 * sum(inside) / SETS
    return found


@pytest.mark.parametrize("weighted", [False, True])
def test_independent_rows(weighted: bool) -> None:
    data = simulated(9, 400)
    wanted = truth(400)
    if weighted:
        # The sum of the weights is not the same in every set.
        del wanted["log_likelihood"]
    weight = "w" if weighted else None
    report = xentcli.evaluate(data, by="set", weight=weight, metric=METRICS)
    found = coverage(report, wanted)
    assert set(found) == set(wanted)
    assert all(94.0 <= share <= 96.0 for share in found.values()), found


@pytest.mark.parametrize("weighted", [False, True])
def test_clustered_rows(weighted: bool) -> None:
    data = simulated(12, 400, cluster=4)
    wanted = truth(400)
    metric = "cross_entropy,brier,accuracy,perplexity,normalized_cross_entropy"
    weight = "w" if weighted else None
    options: dict[str, Any] = {"by": "set", "metric": metric, "weight": weight}
    report = xentcli.evaluate(data, cluster="user", max_slices=200_000, **options)
    found = coverage(report, wanted)
    assert len(found) == 5
    assert all(94.0 <= share <= 96.0 for share in found.values()), found
    # Taken for independent, the rows seem to tell more than they do.
    naive = coverage(xentcli.evaluate(data, **options), wanted)
    assert naive["cross_entropy"] < 88
