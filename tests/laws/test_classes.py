"""Classes are what the columns say: their order, their names and their absence."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.laws.rows import EVERY, Rows, any_rows, figures, totals_of
from xentcli.options import Scale

if TYPE_CHECKING:
    from xentcli.metric import Requested
    from xentcli.report import Value

every_metric = pytest.mark.parametrize("metric", EVERY, ids=lambda r: r.key)

# Of rows with several largest scores the first class wins: these depend on the order then.
DECIDE = {"accuracy", "recall", "precision", "f1"}


def permuted(rows: Rows, order: np.typing.NDArray[np.intp]) -> Rows:
    """The same rows with class `order[i]` in place i."""
    place = np.argsort(order)
    truth = place[rows.truth].astype(rows.truth.dtype)
    if rows.raw.ndim == 1:
        return replace(rows, truth=truth, positive=int(place[rows.positive]))
    return replace(rows, truth=truth, raw=np.ascontiguousarray(rows.raw[order]))


def has_ties(rows: Rows) -> bool:
    if rows.raw.ndim == 1:
        middle = {Scale.PROBABILITY: 0.5, Scale.LOGIT: 0.0, Scale.LOG_PROBABILITY: math.log(0.5)}
        return bool(np.any(np.abs(rows.raw - middle[rows.scale]) < 1e-6))
    top = np.sort(rows.raw, axis=0)[-2:]
    return bool(np.any(top[0] == top[1]))


def same(a: Value | None, b: Value | None, tolerance: float) -> bool:
    """Equal bits for tolerance 0; else as near as sums over classes in another order are."""
    if a is None or b is None or tolerance == 0:
        return a == b
    pairs = [(a.value, b.value), (a.stderr, b.stderr)]
    pairs += list(zip(a.interval or (), b.interval or (), strict=True))
    scale = tolerance * max(abs(a.value or 0.0), abs(a.stderr or 0.0))
    return all(
        x == y
        or (
            x is not None and y is not None and math.isclose(x, y, rel_tol=tolerance, abs_tol=scale)
        )
        for x, y in pairs
    )


def tolerance_of(rows: Rows, name: str, smoothing: object = 0) -> float:
    """Where a row's own figure adds up classes in their order, bits depend on the order."""
    if name in {*DECIDE, "share_of_rows"}:
        return 0.0
    exact = name not in {"brier", "one_vs_rest"} and not smoothing and rows.scale is not Scale.LOGIT
    return 0.0 if exact or rows.k == 2 else 1e-7 if rows.raw.dtype == np.float32 else 1e-9


@every_metric
@given(data=st.data(), rows=any_rows())
def test_permuting_classes_permutes_their_figures(
    metric: Requested, data: st.DataObject, rows: Rows
) -> None:
    name = metric.metric.name
    if "c0=" in metric.key:
        pytest.skip("speaks of classes by their names, which do not move here")
    assume(name not in DECIDE or not has_ties(rows))
    order = np.array(data.draw(st.permutations(range(rows.k))), dtype=np.intp)
    plain, moved = rows.measure(metric), permuted(rows, order).measure(metric)
    tolerance = tolerance_of(rows, name, metric.settings.get("smoothing"))
    assert same(moved.overall, plain.overall, tolerance)
    for place, k in enumerate(order):
        assert same(moved.classes[place], plain.classes[k], tolerance)


@every_metric
@given(rows=any_rows(classes=(3, 6), singles=False), data=st.data())
def test_a_class_without_rows_has_no_figures(
    metric: Requested, rows: Rows, data: st.DataObject
) -> None:
    absent = data.draw(st.integers(0, rows.k - 1))
    rows = rows.take(np.flatnonzero(rows.truth != absent))
    figure = rows.measure(metric).classes[absent]
    assert figure is None or (figure.value, figure.stderr, figure.interval) == (None, None, None)


@every_metric
def test_no_rows_at_all_have_no_figures(metric: Requested) -> None:
    rows = Rows(3, np.zeros(0, np.uint8), np.zeros((3, 0)))
    for figure in (rows.measure(metric).overall, *rows.measure(metric).classes):
        assert figure is None or figure.value in (None, 0.0)
        assert figure is None or figure.stderr is None
    overall = rows.measure(metric).overall
    assert overall is None or overall.value is None


@every_metric
@given(rows=any_rows())
def test_no_figure_is_ever_nan_and_intervals_hold_their_value(
    metric: Requested, rows: Rows
) -> None:
    found = rows.measure(metric)
    for figure in (found.overall, *found.classes):
        if figure is None or figure.value is None:
            continue
        low, high = figure.interval or (figure.value, figure.value)
        assert low <= figure.value <= high
        if figure.stderr is not None:
            assert 0 <= figure.stderr < math.inf


@given(rows=any_rows(least=1))
def test_the_classes_add_up_to_the_whole(rows: Rows) -> None:
    state = rows.state()
    totals = totals_of(state, weighted=rows.weights is not None)
    for key in state.sums:
        assert sum(totals.units(key, k) for k in range(rows.k)) == totals.units(key)
        assert sum(totals.infinite(key, k) for k in range(rows.k)) == totals.infinite(key)
    assert sum(totals.rows(k) for k in range(rows.k)) == totals.rows() == len(rows)


@given(rows=any_rows(least=1))
def test_losses_of_classes_add_up_to_the_loss(rows: Rows) -> None:
    state = rows.state()
    found = {r.key: figures(r, state, weighted=rows.weights is not None) for r in EVERY}
    totals = totals_of(state, weighted=rows.weights is not None)
    whole = found["log_likelihood"].overall
    assert whole is not None
    parts = [v.value for v in found["log_likelihood"].classes if v is not None and v.value]
    if whole.value is not None:
        assert math.isclose(sum(parts), whole.value, rel_tol=1e-12, abs_tol=0.0)
    mean = found["cross_entropy"].overall
    assert mean is not None
    weighted = [
        totals.weight(k) * (v.value if v is not None and v.value is not None else 0.0)
        for k, v in enumerate(found["cross_entropy"].classes)
    ]
    if mean.value is not None:
        assert math.isclose(sum(weighted), mean.value * totals.weight(), rel_tol=1e-12)


@given(rows=any_rows())
def test_shares_sum_to_one(rows: Rows) -> None:
    share = next(r for r in EVERY if r.key == "share")
    shares = [v.value for v in rows.measure(share).classes if v is not None]
    known = [s for s in shares if s is not None]
    assert not known or math.isclose(sum(known), 1.0, rel_tol=1e-12)
