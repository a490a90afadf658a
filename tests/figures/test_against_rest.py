"""A slice against all other rows: Welch's test, Holm's correction, and what is summed up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import xentcli
from xentcli.numerics.distributions import holm

if TYPE_CHECKING:
    from xentcli.report.report import SliceReport


def table(seed: int = 0, n: int = 900, bad: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    p = rng.beta(2, 2, n)
    g = rng.choice(list("abcdef"), n, p=[0.4, 0.3, 0.15, 0.1, 0.04, 0.01])
    own = np.where((g == "d") & (rng.random(n) < bad), 1 - p, p)
    label = (rng.random(n) < own).astype(int)
    return pd.DataFrame({"label": label, "prob": p, "g": g, "w": rng.exponential(size=n)})


def losses(data: pd.DataFrame) -> Any:
    return -np.where(data.label == 1, np.log(data.prob), np.log1p(-data.prob))


def moments(x: Any, w: Any) -> tuple[float, float, float]:
    """The weighted mean, the square of its error, and the effective number of rows."""
    mean = float((w * x).sum() / w.sum())
    square = float((w * w * (x - mean) ** 2).sum() / w.sum() ** 2)
    return mean, square, float(w.sum() ** 2 / (w * w).sum())


@pytest.mark.parametrize("weighted", [False, True])
def test_the_difference_and_its_error(weighted: bool) -> None:
    data = table()
    loss = losses(data)
    weights = data.w.to_numpy() if weighted else np.ones(len(data))
    report = xentcli.evaluate(data, by="g", weight="w" if weighted else None, base=2)
    for part in report.slices:
        own = (data.g == part.by["g"]).to_numpy()
        mean, square, n = moments(loss[own], weights[own])
        rest, other, m = moments(loss[~own], weights[~own])
        if not weighted:
            square, other = square * n / (n - 1), other * m / (m - 1)
        test = part.versus_rest
        assert test is not None
        assert test.unit == "bits"
        assert test.difference == pytest.approx((mean - rest) / math.log(2), rel=1e-12)
        assert test.stderr == pytest.approx(math.sqrt(square + other) / math.log(2), rel=1e-10)
        assert part.row_share == pytest.approx(weights[own].sum() / weights.sum(), rel=1e-14)
        tested = min(n, m) >= 10
        assert (test.p is not None) == (test.p_holm is not None) == tested


def test_p_is_that_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    data = table(bad=0.7)
    loss = losses(data)
    report = xentcli.evaluate(data, by="g")
    p = []
    for part in report.slices:
        own = (data.g == part.by["g"]).to_numpy()
        test = part.versus_rest
        assert test is not None
        wanted = stats.ttest_ind(loss[own], loss[~own], equal_var=False).pvalue
        assert test.p is None or test.p == pytest.approx(wanted, rel=1e-9)
        p.append(math.nan if test.p is None else test.p)
    found = [s.versus_rest.p_holm for s in report.slices if s.versus_rest is not None]
    corrected = [None if np.isnan(x) else x for x in holm(np.array(p)).tolist()]
    assert found == corrected
    assert min(x for x in found if x is not None) < 0.05


def test_an_infinite_slice_is_not_tested() -> None:
    data = table()
    data.loc[data.index[data.g == "a"][0], ["label", "prob"]] = (1, 0.0)
    by = {s.by["g"]: s.versus_rest for s in xentcli.evaluate(data, by="g").slices}
    assert by["a"] is not None
    assert (by["a"].difference, by["a"].p) == (math.inf, None)
    assert by["b"] is not None
    assert (by["b"].difference, by["b"].p) == (-math.inf, None)


def test_the_only_slice_has_no_rest() -> None:
    (part,) = xentcli.evaluate(table().assign(g="x"), by="g").slices
    assert part.versus_rest is None
    assert part.row_share == 1.0


def summed_up(parts: list[SliceReport]) -> tuple[int, float]:
    return sum(p.rows for p in parts), math.fsum(p.weight for p in parts)


@pytest.mark.parametrize("options", [{"min_rows": 50}, {"max_slices": 3}, {"max_slices": 1}])
@pytest.mark.parametrize("metric", ["cross_entropy,brier", "f1", "ignored"])
def test_what_is_summed_up(options: dict[str, Any], metric: str) -> None:
    data = table()
    wanted: dict[str, Any] = {} if metric == "ignored" else {"metric": metric}
    every = list(xentcli.evaluate(data, by="g", weight="w", **wanted).slices)
    report = xentcli.evaluate(data, by="g", weight="w", **wanted, **options)
    kept, other = list(report.slices[:-1]), report.slices[-1]
    assert other.is_rest
    assert other.by == {"g": None}
    assert other.versus_rest is None
    names = {p.by["g"] for p in kept}
    largest = sorted(every, key=lambda p: -p.rows)[: options.get("max_slices", len(every))]
    assert names == {p.by["g"] for p in largest if p.rows >= options.get("min_rows", 0)}
    rows, weight = summed_up([p for p in every if p.by["g"] not in names])
    assert other.rows == rows
    assert other.weight == pytest.approx(weight, rel=1e-14)
    alone = xentcli.evaluate(data[~data.g.isin(names)], weight="w", **wanted)
    for key, value in alone.metrics.items():
        assert other.metrics[key].value == value.value
    (found,) = [f for f in report.findings if f.code == "slices-summed-up"]
    assert found.count == len(every) - len(names)


def test_slices_chosen_by_memory_are_the_same_in_every_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("xentcli.engine.plan.MOST_SLICES", 5)
    rng = np.random.default_rng(1)
    data = table().assign(g=rng.integers(0, 40, 900).astype(str))
    first = xentcli.evaluate(data, by="g")
    second = xentcli.evaluate(data.sample(frac=1, random_state=3), by="g", threads=3)
    assert first.slices == second.slices
    assert len(first.slices) == 6
    assert first.slices[-1].is_rest
    assert sum(s.rows for s in first.slices) == 900
    assert [f.code for f in first.findings] == ["too-many-slices"]
    assert first.metrics == xentcli.evaluate(data).metrics
    allowed = xentcli.evaluate(data, by="g", max_slices=40)
    assert len(allowed.slices) == 40
    assert not allowed.slices[-1].is_rest
