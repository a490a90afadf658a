"""Classes are what the columns say: their order, their names and their absence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.laws.kinds import OVERLAPPING
from tests.laws.other_rows import SoftRows, every_case, other_rows, rows_for
from tests.laws.rows import EVERY, Rows, any_rows, figures, totals_of
from xentcli.options import Scale, TargetKind

if TYPE_CHECKING:
    from tests.laws.kinds import AnyRows, Case
    from xentcli.figures.metric import Requested
    from xentcli.figures.values import Value

every_metric = pytest.mark.parametrize("metric", EVERY, ids=lambda r: r.key)

# Of rows with several largest scores the first class wins: these depend on the order then.
DECIDE = {"accuracy", "recall", "precision", "f1", "top_k", "ece", "squared_ece"}


def has_ties(rows: AnyRows) -> bool:
    if rows.kind is TargetKind.LABELS:
        return False  # each label is decided by itself
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


def tolerance_of(rows: AnyRows, case: Case) -> float:
    """Where a row's own figure adds up classes in their order, bits depend on the order."""
    name, smoothing = case.request.metric.name, case.request.settings.get("smoothing")
    if case.kind is TargetKind.CLASS:
        sums = (
            name in {"brier", "one_vs_rest", "calibration_loss"}
            or bool(smoothing)
            or rows.scale is Scale.LOGIT
        )
        if not sums or rows.k == 2 or name in {*DECIDE, "share_of_rows"}:
            return 0.0
    return 1e-7 if rows.raw.dtype == np.float32 else 1e-9


@every_case
@given(data=st.data())
def test_permuting_classes_permutes_their_figures(case: Case, data: st.DataObject) -> None:
    if "c0=" in case.request.key:
        pytest.skip("speaks of classes by their names, which do not move here")
    rows = data.draw(rows_for(case))
    assume(case.request.metric.name not in DECIDE or not has_ties(rows))
    order = np.array(data.draw(st.permutations(range(rows.k))), dtype=np.intp)
    plain, moved = rows.measure(case.request), rows.permuted(order).measure(case.request)
    tolerance = tolerance_of(rows, case)
    assert same(moved.overall, plain.overall, tolerance)
    for place, k in enumerate(order[: len(plain.classes)]):
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


@given(rows=other_rows(TargetKind.SOFT, classes=(3, 6), singles=False), data=st.data())
def test_a_class_of_no_share_has_no_figures(rows: SoftRows, data: st.DataObject) -> None:
    absent = data.draw(st.integers(0, rows.k - 1))
    targets = rows.targets.copy()
    targets[absent - 1] += targets[absent]
    targets[absent] = 0.0
    emptied = rows.but(targets=targets)
    for request in emptied.requests:
        figure = emptied.measure(request).classes[absent]
        assert figure is None or (figure.value, figure.stderr, figure.interval) == (None,) * 3


@every_case
@given(data=st.data())
def test_no_rows_at_all_have_no_figures(case: Case, data: st.DataObject) -> None:
    rows = data.draw(rows_for(case, most=0))
    found = rows.measure(case.request)
    for figure in found.every:
        assert figure is None or figure.value in (None, 0.0)
        assert figure is None or figure.stderr is None
    assert found.overall is None or found.overall.value is None


@every_case
@given(data=st.data())
def test_no_figure_is_ever_nan_and_intervals_hold_their_value(
    case: Case, data: st.DataObject
) -> None:
    for figure in data.draw(rows_for(case)).measure(case.request).every:
        if figure is None or figure.value is None:
            continue
        low, high = figure.interval or (figure.value, figure.value)
        assert low <= figure.value <= high
        if figure.stderr is not None:
            assert 0 <= figure.stderr < math.inf


@pytest.mark.parametrize("kind", OVERLAPPING)
@given(data=st.data())
def test_the_losses_of_cells_add_up_to_those_of_the_rows(
    kind: TargetKind, data: st.DataObject
) -> None:
    rows = data.draw(other_rows(kind, least=1, weights=["none", "real"]))
    totals = rows.totals(rows.state())
    endless = [totals.infinite("loss", k) for k in range(rows.k)]
    assert bool(totals.infinite("loss")) == any(endless)
    if not any(endless):
        parts = math.fsum(totals.total("loss", k) for k in range(rows.k))
        assert math.isclose(parts, totals.total("loss"), rel_tol=1e-12)
    assert totals.rows() == len(rows)


@given(rows=any_rows(least=1))
def test_the_classes_add_up_to_the_whole(rows: Rows) -> None:
    state = rows.state()
    totals = totals_of(state, weighted=rows.weights is not None)
    for key in state.sums:
        width = state.width(key)
        parts = [totals.binned(key, width, k) for k in range(rows.k)]
        assert [sum(of_bin) for of_bin in zip(*parts, strict=True)] == totals.binned(key, width)
        if width > 1:
            continue
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
