"""What is said beside an infinite loss: the mean of the others, and scikit-learn's number."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.metrics import log_loss

from tests.laws.arrow_source import MemorySource, layout_of, table_of
from tests.laws.rows import Rows, rows_of
from tests.metrics.cases import KINDS, METRICS, overall, random_rows
from xentcli.jobs.evaluate import InMemory, score
from xentcli.options import Base, ColumnOptions, Options, Policy, ReportOptions, RunOptions

if TYPE_CHECKING:
    from xentcli.report.report import Finding, Report


def report_of(
    rows: Rows,
    *,
    base: Base = Base.E,
    metrics: tuple[str, ...] = (),
    policy: Policy | None = None,
    pieces: int = 1,
) -> Report:
    layout = layout_of(rows, [f"c{i:04}" for i in range(rows.k)])
    names = {c: f"prob_{n}" for c, n in zip(layout.scores, layout.classes, strict=False)}
    table = table_of(rows, layout)
    if rows.raw.ndim == 1:
        names = {"score": f"prob_{layout.classes[rows.positive]}"}
    table = table.rename_columns([names.get(c, c) for c in table.column_names])
    size = -(-len(rows) // pieces)
    tables = [table.slice(at, size) for at in range(0, len(rows), size)]
    options = Options(
        columns=ColumnOptions(weight=layout.weight),
        policy=policy or Policy(),
        report=ReportOptions(metrics, base),
        run=RunOptions(threads=2),
    )
    return score(InMemory(MemorySource(tables)), options)


def finding(report: Report) -> Finding | None:
    return next((f for f in report.findings if f.code == "zero-probability"), None)


def with_zeros(seed: int, kind: type[np.floating], *, single: bool, weighted: bool) -> Rows:
    """Rows of which some give their true class nothing, and many give it everything."""
    rows = random_rows(seed, single=single, weighted=weighted, kind=kind, n=200, k=3, spread=1.0)
    rng = np.random.default_rng(seed)
    raw = rows.raw.copy()
    for i in np.flatnonzero(rng.random(200) < 0.6):
        right = rng.random() < 0.9
        if single:
            raw[i] = float(rows.truth[i] == 1) if right else float(rows.truth[i] == 0)
        else:
            raw[:, i] = 0.0
            raw[rows.truth[i] if right else (rows.truth[i] + 1) % 3, i] = 1.0
    return replace(rows, raw=raw)


def scikit_learn(rows: Rows) -> float:
    p = rows.raw.astype(np.float64) if rows.raw.ndim == 1 else rows.raw.T.astype(np.float64)
    epsilon = np.finfo(rows.raw.dtype).eps
    # In float64, so that only the clip is scikit-learn's and not the sums of its float32.
    return float(
        log_loss(
            rows.truth,
            np.clip(p, epsilon, 1 - float(epsilon)),
            sample_weight=rows.weights,
            labels=list(range(rows.k)),
        )
    )


@pytest.mark.filterwarnings("ignore:The y_p.* values do not sum to one")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("base", Base)
def test_finite_mean_and_clipped(
    kind: type[np.floating], single: bool, weighted: bool, base: Base
) -> None:
    rows = with_zeros(1, kind, single=single, weighted=weighted)
    found = finding(report_of(rows, base=base, pieces=7))
    assert found is not None
    loss = rows.batch().in_row_order(rows.batch().loss)
    w = np.ones(len(rows)) if rows.weights is None else rows.weights
    ends = np.isinf(loss)
    assert found.count == np.count_nonzero(ends)
    assert found.example == {"row": int(ends.argmax()) + 1}
    unit = {Base.E: 1.0, Base.TWO: math.log(2), Base.TEN: math.log(10)}[base]
    mean = (w * np.where(ends, 0, loss)).sum() / w[~ends].sum() / unit
    assert found.details["finite_mean"] == pytest.approx(mean, rel=1e-12, abs=0)
    assert found.details["clipped"] == pytest.approx(scikit_learn(rows) / unit, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    # Those of any number of classes.
    "metric",
    sorted({r.metric.name for r in METRICS.values()}),
)
def test_whatever_is_asked_for_the_figures_are_right_or_left_out(metric: str) -> None:
    rows = with_zeros(2, np.float64, single=False, weighted=False)
    plain, other = finding(report_of(rows)), finding(report_of(rows, metrics=(metric,)))
    sums_losses = any("loss" in s.keys for s in METRICS[metric].statistics())
    assert plain is not None
    assert other == (plain if sums_losses else None)


@pytest.mark.parametrize("ones", [1, 999])
def test_float32_rows_of_probability_one_cost_their_epsilon(ones: int) -> None:
    p = np.ones(ones + 1, dtype=np.float32)
    p[0] = 0
    found = finding(report_of(rows_of([1] * (ones + 1), p)))
    assert found is not None
    epsilon = 2.0**-23
    exact = (-math.log(epsilon) - ones * math.log1p(-epsilon)) / (ones + 1)
    assert found.details == {"finite_mean": 0.0, "clipped": pytest.approx(exact, rel=1e-14, abs=0)}


def test_all_rows_infinite_have_no_finite_mean() -> None:
    found = finding(report_of(rows_of([1, 0], [0.0, 1.0])))
    assert found is not None
    assert found.details["finite_mean"] is None
    assert found.details["clipped"] == pytest.approx(52 * math.log(2), rel=1e-14, abs=0)


def test_there_is_nothing_to_say_of_finite_losses_or_under_a_clip() -> None:
    assert finding(report_of(rows_of([1, 0], [1e-300, 0.5]))) is None
    clipped = report_of(rows_of([1, 0], [0.0, 0.5]), policy=Policy(clip=1e-15))
    assert finding(clipped) is None
    assert clipped.metrics["cross_entropy"].value == pytest.approx(
        (-math.log(1e-15) + math.log(2)) / 2, rel=1e-14, abs=0
    )
    assert [f.count for f in clipped.findings if f.code == "clipped"] == [1]


def test_sums_are_checked_and_the_worst_row_is_named() -> None:
    rows = rows_of([0, 1, 0, 1], [[0.5, 0.5], [0.5, 0.52], [0.2, 0.3], [0.5, 0.5005]])
    report = report_of(rows, pieces=2)
    found = next(f for f in report.findings if f.code == "sum-to-one")
    assert found.count == 2
    assert found.example == {"row": 2, "value": 1.02}
    assert found.details == {"worst_row": 3, "worst_value": 0.5}


def test_arrow_and_direct_figures_agree() -> None:
    rows = random_rows(3, weighted=True, k=5)
    report = report_of(rows, pieces=3)
    for key, figure in report.metrics.items():
        assert figure == overall(key, rows)
