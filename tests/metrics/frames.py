"""Figures of tables in memory, for what the plain rows of `tests.laws.rows` cannot hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import xentcli

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.report.report import Report

    Floats = NDArray[np.float64]


def soft_table(q: Floats, p: Floats, prefix: str = "prob_") -> pd.DataFrame:
    """Target distributions `q` and scores `p`, both (n, K), of classes c0, c1, …"""
    columns = {f"q_c{k}": q[:, k] for k in range(q.shape[1])}
    columns |= {f"{prefix}c{k}": p[:, k] for k in range(p.shape[1])}
    return pd.DataFrame(columns)


def label_table(y: Floats, p: Floats, prefix: str = "prob_") -> pd.DataFrame:
    """Labels `y` on or off and scores `p`, both (n, L), of labels c0, c1, …"""
    columns = {f"true_c{k}": y[:, k] for k in range(y.shape[1])}
    columns |= {f"{prefix}c{k}": p[:, k] for k in range(p.shape[1])}
    return pd.DataFrame(columns)


def distributions(seed: int, n: int = 40, k: int = 4) -> tuple[Floats, Floats]:
    """Targets and predictions, (n, K)."""
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(k), n), rng.dirichlet(np.ones(k) * 2, n)


def labelled(seed: int, n: int = 40, k: int = 4) -> tuple[Floats, Floats]:
    """Labels on or off and their probabilities, (n, L)."""
    rng = np.random.default_rng(seed)
    return (rng.random((n, k)) < 0.4).astype(np.float64), rng.uniform(0.02, 0.98, (n, k))


def value(data: Any, metric: str, **options: Any) -> float:
    """One metric's figure over all rows."""
    (figure,) = xentcli.evaluate(data, metric=metric, **options).metrics.values()
    assert figure.value is not None
    return figure.value


def report(data: Any, **options: Any) -> Report:
    """The whole report."""
    return xentcli.evaluate(data, **options)


def mean_and_error(x: Floats, w: Floats | None = None) -> tuple[float, float]:
    """Mean and standard error as the manual has them, by numpy."""
    if w is None:
        return float(x.mean()), float(x.std(ddof=1) / np.sqrt(len(x)))
    mean = float((w * x).sum() / w.sum())
    return mean, float(np.sqrt((w**2 * (x - mean) ** 2).sum()) / w.sum())
