"""What a weight means: so many rows of the kind, in any unit."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.rows import EVERY, Figures, Rows, any_rows

if TYPE_CHECKING:
    from xentcli.metric import Requested
    from xentcli.report import Value

every_metric = pytest.mark.parametrize("metric", EVERY, ids=lambda r: r.key)


def values(found: Figures) -> list[float | None]:
    return [None if v is None else v.value for v in (found.overall, *found.classes)]


@st.composite
def doubled(draw: st.DrawFn) -> tuple[Rows, Rows]:
    """Rows of weight 1 or 2, and the same with the latter there twice."""
    rows = draw(any_rows(weights=["none"]))
    weights = np.array(
        draw(st.lists(st.sampled_from([1.0, 2.0]), min_size=len(rows), max_size=len(rows)))
    )
    twice = rows.take(np.repeat(np.arange(len(rows)), weights.astype(int)))
    return replace(rows, weights=weights), twice


@every_metric
@given(pair=doubled())
def test_weight_two_equals_a_doubled_row(metric: Requested, pair: tuple[Rows, Rows]) -> None:
    weighted, twice = pair
    assert values(weighted.measure(metric)) == values(twice.measure(metric))
    ones = replace(twice, weights=np.ones(len(twice)))
    assert values(weighted.measure(metric)) == values(ones.measure(metric))


def _check_stderr(weighted: Value | None, plain: Value | None, n: int) -> None:
    if weighted is None or plain is None or plain.stderr is None:
        return
    assert weighted.stderr is not None
    # Σw²(x - mean)² has no n - 1; shares have none on either side.
    without = plain.stderr * math.sqrt((n - 1) / n)
    close = [
        math.isclose(weighted.stderr, s, rel_tol=1e-9, abs_tol=1e-12 * abs(plain.value or 0))
        for s in (without, plain.stderr)
    ]
    assert any(close), (weighted.stderr, without, plain.stderr)


@every_metric
@given(rows=any_rows(weights=["none"], scores=["plain", "grid"]))
def test_weights_of_one_give_the_unweighted_values(metric: Requested, rows: Rows) -> None:
    plain = rows.measure(metric)
    ones = replace(rows, weights=np.ones(len(rows))).measure(metric)
    assert values(ones) == values(plain)
    if metric.metric.name != "macro_cross_entropy":  # its error mixes classes of many sizes
        _check_stderr(ones.overall, plain.overall, len(rows))
    for k, (a, b) in enumerate(zip(ones.classes, plain.classes, strict=True)):
        _check_stderr(a, b, int(np.count_nonzero(rows.truth == k)))


@every_metric
# Squares of figures below 1e-154 are lost, which "extreme" scores would show.
@given(
    rows=any_rows(weights=["whole", "real"], scores=["plain", "grid"]),
    power=st.integers(-60, 60),
)
def test_the_unit_of_the_weights_does_not_matter(metric: Requested, rows: Rows, power: int) -> None:
    assert rows.weights is not None
    plain = rows.measure(metric)
    scaled = replace(rows, weights=rows.weights * 2.0**power).measure(metric)
    if metric.metric.name != "log_likelihood":  # a sum, and so in the weights' unit
        assert scaled == plain
        return
    for a, b in zip(values(scaled), values(plain), strict=True):
        assert (a is None and b is None) or a == (b or 0.0) * 2.0**power


@st.composite
def with_weightless_rows(draw: st.DrawFn) -> tuple[Rows, Rows]:
    """Weighted rows, some of weight 0, and the same without those."""
    rows = draw(any_rows(weights=["whole"], least=1))
    assert rows.weights is not None
    return rows, rows.take(np.flatnonzero(rows.weights))


@every_metric
@given(pair=with_weightless_rows())
def test_a_row_of_weight_zero_counts_nothing(metric: Requested, pair: tuple[Rows, Rows]) -> None:
    assert pair[0].measure(metric) == pair[1].measure(metric)
