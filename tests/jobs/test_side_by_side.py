"""Sources side by side: Welch's test against scipy, the order, and when there is a best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from xentcli.figures.values import Value
from xentcli.jobs.side_by_side import SideBySide, side_by_side
from xentcli.report.report import LayoutReport, Report, SourceReport, Uncertainty

if TYPE_CHECKING:
    from collections.abc import Mapping

LAYOUT = LayoutReport("binary", ("y",), ("p",), "probability", ("a", "b"), None)


def report(
    value: float | None,
    stderr: float | None = 0.01,
    rows: int = 100,
    key: str = "cross_entropy",
    layout: LayoutReport = LAYOUT,
    signature: str = "xent|task:binary|rows:1|clip:0",
    metrics: Mapping[str, Value] | None = None,
) -> Report:
    """A report with one figure."""
    source = SourceReport(("x.csv",), "csv", rows, rows, None)
    figures = {key: Value(value, stderr)} if metrics is None else metrics
    return Report("0.1.0", signature, source, layout, figures, (), ())


def beside(*reports: Report, confidence: float = 0.95) -> SideBySide:
    names = [f"{i}.csv" for i in range(len(reports))]
    return side_by_side(names, reports, confidence)


@pytest.mark.parametrize("seed", range(20))
def test_the_test_is_welchs(seed: int) -> None:
    random = np.random.default_rng(seed)
    sizes = random.integers(10, 2000, 3)
    errors = random.uniform(1e-4, 0.2, 3)
    means = random.uniform(0, 0.4, 3)
    found = beside(*(report(m, s, int(n)) for m, s, n in zip(means, errors, sizes, strict=True)))
    first = found.order[0]
    assert means[first] == min(means)
    for test in found.tests:
        i, j = first, test.other
        _, p = stats.ttest_ind_from_stats(
            means[i],
            errors[i] * math.sqrt(sizes[i]),
            sizes[i],
            means[j],
            errors[j] * math.sqrt(sizes[j]),
            sizes[j],
            equal_var=False,
        )
        assert test.difference == means[i] - means[j]
        assert test.stderr == pytest.approx(math.hypot(errors[i], errors[j]), rel=1e-14)
        assert test.p == pytest.approx(p, rel=1e-9, abs=1e-300)


def test_the_best_has_to_beat_every_other() -> None:
    assert beside(report(0.3), report(0.1), report(0.5)).best == 1
    assert beside(report(0.3), report(0.1), report(0.11)).best is None
    assert beside(report(0.1), report(0.13)).best == 0
    # What chance does once in thirty tests it does often among ten.
    close = beside(*(report(0.13) for _ in range(9)), report(0.1))
    assert close.best is None
    assert [t.p_holm for t in close.tests] == pytest.approx([9 * t.p for t in close.tests if t.p])


def test_more_confidence_asks_for_more() -> None:
    pair = report(0.1), report(0.13)
    assert beside(*pair, confidence=0.95).best == 0
    assert beside(*pair, confidence=0.99).best is None


def test_the_order_is_that_of_the_metric_and_the_undefined_come_last() -> None:
    values = (0.7, None, 0.9, math.nan, 0.8)
    assert beside(*(report(v) for v in values)).order == (0, 4, 2, 1, 3)
    assert beside(*(report(v, key="accuracy") for v in values)).order == (2, 4, 0, 1, 3)
    assert beside(*(report(v, key="bias") for v in values)).order == (0, 2, 4, 1, 3)
    spec = "brier(scale=half)"
    assert beside(*(report(v, key=spec) for v in values)).order == (0, 4, 2, 1, 3)


@pytest.mark.parametrize("key", ["bias", "log_likelihood", "uncertainty"])
def test_what_has_no_better_way_or_grows_with_rows_has_no_best(key: str) -> None:
    found = beside(report(0.1, key=key), report(0.9, key=key))
    assert (found.best, found.tests) == (None, ())


@pytest.mark.parametrize(
    "other",
    [
        report(None),
        report(0.9, None),
        report(0.9, 0.01, rows=9),
        report(0.9, layout=LAYOUT._replace(classes=("a", "c"))),
        report(0.9, layout=LAYOUT._replace(weight="w")),
        report(0.9, layout=LAYOUT._replace(units="bytes")),
        report(0.9, layout=LAYOUT._replace(target_scale="count")),
        report(0.9, signature="xent|task:binary|rows:1|clip:0.1"),
    ],
)
def test_no_best_where_figures_cannot_be_compared(other: Report) -> None:
    assert beside(report(0.1), report(0.9)).best == 0
    assert beside(report(0.1), other).best is None


def test_what_differs_is_named() -> None:
    other = LAYOUT._replace(task="multiclass", classes=("a", "b", "c"), weight="w")
    assert beside(report(0.1), report(0.9, layout=other)).differ == ("task", "classes", "weights")
    # Neither the order of classes nor the rows, nor how they are sliced, are a difference.
    turned = report(
        0.9, layout=LAYOUT._replace(classes=("b", "a")), signature="xent|rows:2|clip:0|by:age[1,2]"
    )
    assert beside(report(0.1), turned).differ == ()


def test_an_infinite_loss_is_worse_without_a_test() -> None:
    found = beside(report(math.inf, None), report(0.3))
    assert (found.order, found.best) == ((1, 0), 1)
    assert found.tests[0][1:] == (-math.inf, None, None, None)
    assert beside(report(math.inf, None), report(math.inf, None)).best is None


def test_clusters_vouch_for_figures_where_there_are_some() -> None:
    many = [report(v) for v in (0.1, 0.13)]
    few = [r._replace(uncertainty=Uncertainty("clustered", clusters=12)) for r in many]
    (own,), (other,) = beside(*few).tests, beside(*many).tests
    assert own.p is not None
    assert other.p is not None
    assert own.p > other.p
    none = [r._replace(uncertainty=Uncertainty("clustered", clusters=9)) for r in few]
    assert beside(*none).tests[0].p is None


def test_values_without_spread_differ_or_do_not() -> None:
    assert beside(report(0.1, 0.0), report(0.2, 0.0)).tests[0].p == 0.0
    assert beside(report(0.1, 0.0), report(0.1, 0.0)).tests[0].p == 1.0


def test_sources_without_a_common_figure() -> None:
    found = beside(report(0.1), report(0.9, key="accuracy"))
    assert (found.metric, found.best, found.order) == (None, None, (0, 1))


def test_one_source_is_not_the_best_of_any() -> None:
    found = beside(report(0.1))
    assert (found.best, found.tests, found.order) == (None, (), (0,))
