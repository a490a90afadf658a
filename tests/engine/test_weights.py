"""What a weight means: so many rows of the kind, in any unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.other_rows import every_case, rows_for

if TYPE_CHECKING:
    from tests.laws.kinds import AnyRows, Case, Figures
    from xentcli.figures.values import Value

# What chance adds to these is taken off, and that depends on how many rows there are, which
# weights do not tell: a row of weight two is one row.
COUNT_ROWS = {"squared_ece"}


def values(found: Figures) -> list[float | None]:
    return [None if v is None else v.value for v in found.every]


@st.composite
def doubled(draw: st.DrawFn, case: Case) -> tuple[AnyRows, AnyRows]:
    """Rows of weight 1 or 2, and the same with the latter there twice."""
    rows = draw(rows_for(case, weights=["none"]))
    weights = np.array(
        draw(st.lists(st.sampled_from([1.0, 2.0]), min_size=len(rows), max_size=len(rows)))
    )
    twice = rows.take(np.repeat(np.arange(len(rows)), weights.astype(int)))
    return rows.but(weights=weights), twice


@every_case
@given(data=st.data())
def test_weight_two_equals_a_doubled_row(case: Case, data: st.DataObject) -> None:
    weighted, twice = data.draw(doubled(case))
    if case.request.metric.name not in COUNT_ROWS:
        assert values(weighted.measure(case.request)) == values(twice.measure(case.request))
    ones = twice.but(weights=np.ones(len(twice)))
    compared = twice if case.request.metric.name in COUNT_ROWS else weighted
    assert values(compared.measure(case.request)) == values(ones.measure(case.request))


def _check_stderr(weighted: Value | None, plain: Value | None, n: int) -> None:
    if weighted is None or plain is None or plain.stderr is None:
        return
    assert weighted.stderr is not None
    # Σw²(x - mean)² has no n - 1; shares have none on either side.
    without = plain.stderr * math.sqrt((n - 1) / n)
    close = [
        # With weights, what rounding could hide of a variance, 2^-48 of it, counts as none.
        math.isclose(weighted.stderr, s, rel_tol=1e-9, abs_tol=1e-7 * abs(plain.value or 0))
        for s in (without, plain.stderr)
    ]
    assert any(close), (weighted.stderr, without, plain.stderr)


@every_case
@given(data=st.data())
def test_weights_of_one_give_the_unweighted_values(case: Case, data: st.DataObject) -> None:
    rows = data.draw(rows_for(case, weights=["none"], scores=["plain", "grid"]))
    plain = rows.measure(case.request)
    ones = rows.but(weights=np.ones(len(rows))).measure(case.request)
    assert values(ones) == values(plain)
    if case.request.metric.name != "macro_cross_entropy":  # its error mixes classes of many sizes
        _check_stderr(ones.overall, plain.overall, len(rows))
    if str(case) == "labels-recall":  # the weights of those that have a label are not known
        return
    for k, (a, b) in enumerate(zip(ones.classes, plain.classes, strict=True)):
        # One against the rest is a mean over all rows, whatever their class.
        every = case.request.metric.name == "one_vs_rest"
        _check_stderr(a, b, len(rows) if every else rows.rows_of_class(k))


@every_case
@given(data=st.data(), power=st.integers(-60, 60))
def test_the_unit_of_the_weights_does_not_matter(
    case: Case, data: st.DataObject, power: int
) -> None:
    # Squares of figures below 1e-154 are lost, which "extreme" scores would show.
    rows = data.draw(rows_for(case, weights=["whole", "real"], scores=["plain", "grid"]))
    assert rows.weights is not None
    plain = rows.measure(case.request)
    scaled = rows.but(weights=rows.weights * 2.0**power).measure(case.request)
    if case.request.metric.name != "log_likelihood":  # a sum, and so in the weights' unit
        assert scaled == plain
        return
    for a, b in zip(values(scaled), values(plain), strict=True):
        assert (a is None and b is None) or a == (b or 0.0) * 2.0**power


@every_case
@given(data=st.data())
def test_a_row_of_weight_zero_counts_nothing(case: Case, data: st.DataObject) -> None:
    rows = data.draw(rows_for(case, weights=["whole"], least=1))
    assert rows.weights is not None
    without = rows.take(np.flatnonzero(rows.weights))
    assert rows.measure(case.request) == without.measure(case.request)
