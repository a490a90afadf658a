"""The figures of all slices at once are those of each slice: one function, two arithmetics."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.kinds import CASES, Case, statistics_of
from tests.laws.other_rows import rows_for
from xentcli.figures.slice_columns import SliceTotals
from xentcli.metrics import registry

AT_ONCE = [case for case in CASES if case.request.metric.column is not None]
# What columns keep of errors and intervals, in relative terms; of small differences of large
# numbers, in terms of those.
CLOSE = 1e-11


@pytest.mark.parametrize("name", [m.name for m in registry().values() if m.column is not None])
def test_a_metric_is_written_once(name: str) -> None:
    figure: object = registry()[name].figure
    assert registry()[name].column is figure


@pytest.mark.parametrize("case", AT_ONCE, ids=str)
@given(data=st.data())
@settings(max_examples=40)
def test_columns_say_what_is_said_of_each_slice(case: Case, data: st.DataObject) -> None:
    rows = data.draw(rows_for(case, least=1, weights=["none", "whole", "real"]))
    numbers = np.array(data.draw(st.lists(st.integers(0, 4), min_size=len(rows))))[: len(rows)]
    slices = rows.sliced(numbers, statistics_of(case.request))
    every = SliceTotals(slices, rows.totals(slices.total()))
    column = case.request.column(every)
    alone = [case.request.overall(rows.totals(part)) for _, part in slices.readings()]
    for i, found in enumerate(alone if column is not None else []):
        assert found is not None
        assert column is not None
        if not every.weight[i]:
            continue
        assert same(known(column.value[i]), found.value)
        assert close(known(column.stderr[i]), found.stderr, found.value)
        low, high = found.interval or (None, None)
        assert close(known(column.lower[i]), low, found.value)
        assert close(known(column.upper[i]), high, found.value)


def known(number: float) -> float | None:
    """A number of a column; None for NaN."""
    return None if math.isnan(number) else float(number)


def same(a: float | None, b: float | None) -> bool:
    """Whether two are one value, or neighbours: terms below 2^-104 of a sum may break a tie."""
    if a is None or b is None:
        return a is b
    return b in (a, math.nextafter(a, math.inf), math.nextafter(a, -math.inf))


def close(a: float | None, b: float | None, value: float | None) -> bool:
    """Whether two are the same to what columns keep, beside a figure's size."""
    if a is None or b is None:
        return a is b
    return a == b or math.isclose(a, b, rel_tol=CLOSE, abs_tol=CLOSE * abs(value or 0.0))
