"""Two models' predictions of the same rows, and what numpy makes of their differences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xentcli.jobs.comparing.compare import compare
from xentcli.jobs.evaluate import InMemory
from xentcli.options import ColumnOptions, Comparing, Options, Policy, ReportOptions
from xentcli.reading.memory import FrameSource

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.jobs.comparing.comparison import Candidate, Comparison

    Floats = NDArray[np.float64]

NAMES = ("ant", "bee", "cat", "dog")


def tables(seed: int, n: int = 300, k: int = 4, **more: Any) -> list[pd.DataFrame]:
    """Two tables of the same rows, with ids, a country, a weight and a cluster each."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, k, n)
    logits = rng.normal(size=(n, k)) + 2.0 * (np.arange(k) == truth[:, None])
    common = {
        "id": rng.permutation(10 * n)[:n],
        "label": np.array(NAMES)[truth],
        "country": rng.choice(["DE", "FR", "IT"], n),
        "age": rng.normal(40.0, 15.0, n),
        "w": rng.uniform(0.5, 2.0, n),
        "user": rng.integers(0, max(2, n // 6), n),
    } | more
    return [_table(common, z) for z in (logits, 0.8 * logits + 0.4 * rng.normal(size=(n, k)))]


def _table(common: dict[str, Any], logits: Floats) -> pd.DataFrame:
    p = np.exp(logits)
    p /= p.sum(axis=1, keepdims=True)
    return pd.DataFrame(common | {f"prob_{c}": p[:, i] for i, c in enumerate(NAMES[: p.shape[1]])})


def losses(table: pd.DataFrame) -> Floats:
    """-log p of the true class of each row."""
    p = [row[f"prob_{row['label']}"] for row in table.to_dict("records")]
    found: Floats = -np.log(np.array(p))
    return found


def compared(
    base: pd.DataFrame,
    *candidates: pd.DataFrame,
    wanted: Comparing | None = None,
    policy: Policy | None = None,
    metrics: tuple[str, ...] = (),
    report: dict[str, Any] | None = None,
    **columns: Any,
) -> Comparison:
    """A comparison of tables in memory."""
    options = Options(
        columns=ColumnOptions(**columns),
        policy=policy or Policy(),
        report=ReportOptions(metrics, **(report or {})),
    )
    data = [InMemory(s := FrameSource(t), s.again) for t in (base, *candidates)]
    names = [chr(ord("a") + i) for i in range(len(data))]
    return compare(data, names, options, wanted)


def candidate(base: pd.DataFrame, other: pd.DataFrame, **options: Any) -> Candidate:
    """What there is to be said of one candidate."""
    (found,) = compared(base, other, **options).candidates
    return found
