"""Reading changes nothing: what is read, merged or compared is byte for byte what it was.

Samples and grids of rows, histograms and fingerprints take in what waits when they are first
read, and pickling reads them: so it is what the first pickling left that is compared.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xentcli
from tests.laws.kinds import Case, statistics_of
from tests.laws.other_rows import every_case, every_kind, rows_for, rows_of_kind
from xentcli.figures.slice_columns import SliceTotals
from xentcli.jobs.evaluate import Ran
from xentcli.numerics.ladder import Level
from xentcli.sums.grouping import SlicedGrouping
from xentcli.sums.replicates import Replicates
from xentcli.sums.slices.search import SliceSearch
from xentcli.sums.slices.slices import Slices
from xentcli.sums.statistic import ROWS, observe_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from xentcli.options import ReportOptions, TargetKind
    from xentcli.report.report import Report

ABSENT = "no such name"


def check_unchanged(thing: Any, *readings: Callable[[Any], object]) -> None:
    """Reads and looks each time whether the thing is what it was."""
    before = pickle.dumps(thing)
    for reading in readings:
        reading(thing)
        assert pickle.dumps(thing) == before


@every_case
@given(data=st.data())
@settings(max_examples=15)
def test_a_state_is_what_it_was(case: Case, data: st.DataObject) -> None:
    rows = data.draw(rows_for(case, most=20))
    state, few, none = rows.state(statistics_of(case.request)), rows.state([ROWS]), rows.empty()
    names = [*state.sums, *state.parts, ABSENT]
    for each in (state, few, none):
        check_unchanged(
            each,
            lambda each: [each.units(n) + each.infinite(n) for n in names],
            lambda each: [(each.part(n), each.width(n), each.read(n)) for n in names],
            lambda each: [(each.merge(x), x.merge(each)) for x in (state, few, none)],
            lambda each: [(each == x, x == each) for x in (state, few, none)],
            lambda each: rows.figures(case.request, each) if each is state else None,
            lambda each: pickle.loads(pickle.dumps(each)) == each,  # noqa: S301 - our own
        )


@every_kind
@given(data=st.data())
@settings(max_examples=15)
def test_slices_are_what_they_were(kind: TargetKind, data: st.DataObject) -> None:
    rows = data.draw(rows_of_kind(kind, least=1, most=20))
    requests = [r for r in rows.requests if all(s.make is None for s in r.statistics())]
    numbers = np.array(data.draw(st.lists(st.integers(0, 6), min_size=len(rows))))[: len(rows)]
    whole = rows.sliced(numbers, statistics_of(*requests))
    few, none = rows.sliced(numbers // 2, [ROWS], most=2), Slices(rows.size)
    texts = pickle.loads(pickle.dumps(few))  # noqa: S301 - our own bytes
    texts.of_keys([("a text",)])
    for each in (whole, few, texts, none):
        check_unchanged(
            each,
            lambda each: [r.units(ABSENT) + r.infinite("rows") for _, r in each.readings()],
            lambda each: (each.total(), each.rest, each.settled(), list(each.every())),
            lambda each: each.places.numbers_of(each.places.keys()),
            lambda each: (each.places.ordered(), each.places.hashes()),
            lambda each: [(each.merge(x), x.merge(each)) for x in (whole, few, texts, none)],
            lambda each: [(each == x, x == each) for x in (whole, few, texts, none)],
        )
    every = SliceTotals(whole, rows.totals(whole.total()))
    parts = [rows.totals(reading) for _, reading in whole.readings()]
    check_unchanged(
        whole,
        lambda _: [r.column(every) for r in requests],
        lambda _: [r.overall(part) for r in requests for part in parts],
    )


@every_kind
@given(data=st.data())
@settings(max_examples=15)
def test_replicates_are_what_they_were(kind: TargetKind, data: st.DataObject) -> None:
    rows = data.draw(rows_of_kind(kind, least=1, most=20))
    sums, none = Replicates(3, rows.size), Replicates(3, rows.size)
    frame = SlicedGrouping(rows.batch(), np.arange(len(rows)) % 3)
    observe_all([ROWS], rows.batch(), sums.state, frame)
    for each in (sums, none):
        check_unchanged(
            each,
            lambda each: [(r.units(ABSENT), r.infinite("rows")) for r in each.readings()],
            lambda each: (each.merge(none), none.merge(each), each.merge(sums)),
            lambda each: (each == none, none == each, each == sums),
        )
    read = [part.units("rows") for part in sums.readings()]
    assert sum(map(sum, read)) >> 1074 == sum(rows.state([ROWS]).units("rows")) >> 1074


def test_a_search_is_what_it_was() -> None:
    search, none = SliceSearch(), SliceSearch()
    search.places(("a",), [("x",), ("y",)])
    for each in (search, none):
        check_unchanged(
            each,
            lambda each: (each.slices(("a",)), each.slices(("b",)), each.slices(("a", "b"))),
            lambda each: (each.merge(none), none.merge(each), each.merge(search)),
            lambda each: (each == none, none == each),
        )


def test_carrying_is_not_reading() -> None:
    """A rung that holds both block sums and carried ones is read as it stands."""
    level = Level(0, 2)
    level.add_units(np.array([5, -7]), 8.0, slice(None))
    level.add_whole(np.array([1, 2]))
    part = level.cut(0, 1)
    check_unchanged(level, Level.parts, Level.units, lambda _: part.units())
    assert level.units() == [(1 << 32) + 5, (2 << 32) - 7]
    assert part.units() == [(1 << 32) + 5]


def table() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    columns = {"g": rng.integers(0, 9, 200), "h": rng.integers(0, 3, 200), "w": rng.random(200)}
    return pd.DataFrame({"label": rng.integers(0, 2, 200), "prob": rng.random(200), **columns})


OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {"metric": "cross_entropy,brier,calibration_loss,miscalibration,ece"},
    "slices": {"by": "g", "max_slices": 4},
    "weighted slices": {"by": ["g", "h"], "weight": "w", "min_rows": 5},
    "clusters": {"cluster": "g", "by": "h"},
    "calibration": {"calibration": True},
    "search": {"find_slices": True},
    "bootstrap": {"bootstrap": 5},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_report_leaves_the_sum_what_it_was(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Report] = []
    report = Ran.report

    def twice(ran: Ran, asked: ReportOptions) -> Report:
        total = ran.outcome.sum
        check_unchanged(total, lambda _: found.append(report(ran, asked)))
        check_unchanged(total, lambda _: found.append(report(ran, asked)))
        return found[0]

    monkeypatch.setattr(Ran, "report", twice)
    xentcli.evaluate(table(), **OPTIONS[name])
    assert found[0] == found[1]
