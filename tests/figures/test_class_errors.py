"""Errors of shares that are quotients of counts: precision, F1, the mean of the recalls."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import xentcli
from tests.metrics.oracle import wilson

Z = 1.9599639845400536


def table(seed: int, n: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet([1, 1, 1], n)
    label = [f"c{rng.choice(3, p=q)}" for q in p]
    return pd.DataFrame(p, columns=["prob_c0", "prob_c1", "prob_c2"]).assign(label=label)


def counts(data: pd.DataFrame, k: int) -> tuple[int, int, int]:
    """Hits, rows of the class, and rows decided for it."""
    decided = data[["prob_c0", "prob_c1", "prob_c2"]].to_numpy().argmax(axis=1) == k
    own = (data.label == f"c{k}").to_numpy()
    return int((decided & own).sum()), int(own.sum()), int(decided.sum())


def test_precision_has_wilsons_interval() -> None:
    data = table(0, 200)
    for k, entry in enumerate(xentcli.evaluate(data).classes):
        hits, _, decided = counts(data, k)
        found = entry.metrics["precision"]
        assert found.value == hits / decided
        assert found.interval == pytest.approx(wilson(hits / decided, decided, Z), rel=1e-13)


def test_the_error_of_f1_is_that_of_a_quotient() -> None:
    data = table(1, 300)
    for k, entry in enumerate(xentcli.evaluate(data).classes):
        hits, support, decided = counts(data, k)
        f1 = 2 * hits / (support + decided)
        # y - F u of every row: hits, misses and false alarms, and 0 for all others.
        squares = hits * (2 - 2 * f1) ** 2 + (support + decided - 2 * hits) * f1**2
        wanted = math.sqrt(squares) / (support + decided)
        found = entry.metrics["f1"]
        assert found.value == f1
        assert found.stderr == pytest.approx(wanted, rel=1e-13)


def test_the_mean_recall_has_independent_parts() -> None:
    data = table(2, 300)
    report = xentcli.evaluate(data, metric="recall")
    shares = [entry.metrics["recall"] for entry in report.classes]
    wanted = math.sqrt(sum((share.stderr or 0.0) ** 2 for share in shares)) / 3
    assert report.metrics["recall"].stderr == pytest.approx(wanted, rel=1e-13)


@pytest.mark.parametrize("metric", ["f1", "precision", "recall", "one_vs_rest"])
def test_errors_are_those_of_many_data_sets(metric: str) -> None:
    found: list[list[float]] = []
    errors: list[list[float]] = []
    for seed in range(200):
        report = xentcli.evaluate(table(seed, 300), metric=metric, threads=1)
        values: list[Any] = [entry.metrics[metric] for entry in report.classes]
        found.append([v.value for v in values])
        errors.append([v.stderr for v in values])
    spread = np.std(np.array(found), axis=0, ddof=1)
    # 200 data sets tell a spread to about five percent.
    assert np.array(errors).mean(axis=0) == pytest.approx(spread, rel=0.15)
