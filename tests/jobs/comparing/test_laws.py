"""What holds of any comparison: the other way round, cut into parts, at the nominal level."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.jobs.comparing.pairs import candidate, tables
from xentcli.figures.intervals import Intervals
from xentcli.figures.values import Estimate, Value
from xentcli.jobs.comparing.figures import with_test
from xentcli.options import Base

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.integers(2, 60), st.integers(2, 4), st.sampled_from([None, "w"]))
@settings(max_examples=30, deadline=None)
def test_the_other_way_round(seed: int, n: int, k: int, weight: str | None) -> None:
    a, b = tables(seed, n, k)
    there = candidate(a, b, weight=weight, by=("country",))
    back = candidate(b, a, weight=weight, by=("country",))
    for key, difference in there.metrics.items():
        other = back.metrics[key]
        assert (difference.base, difference.candidate) == (other.candidate, other.base)
        assert difference.difference.value == -(other.difference.value or 0.0)
        assert difference.difference.stderr == other.difference.stderr
        assert difference.p == other.p
    assert (there.outcomes or ())[::-1] == back.outcomes
    assert [p.contribution for p in there.slices] == [-(p.contribution or 0) for p in back.slices]


@given(SEEDS, st.integers(2, 60), st.sampled_from([None, "w"]))
@settings(max_examples=30, deadline=None)
def test_parts_make_the_whole(seed: int, n: int, weight: str | None) -> None:
    a, b = tables(seed, n)
    found = candidate(a, b, weight=weight, by=("country", "age[q3]"))
    whole = found.metrics["cross_entropy"].difference.value
    for parts in (found.classes, found.slices):
        assert math.fsum(p.contribution or 0.0 for p in parts) == pytest.approx(whole, abs=1e-15)
        assert sum(p.rows for p in parts) == found.rows
        for place in range(3):
            assert sum((p.outcomes or ())[place] for p in parts) == (found.outcomes or ())[place]


@given(SEEDS, st.integers(2, 40))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_rows_does_not_matter(seed: int, n: int) -> None:
    a, b = tables(seed, n)
    order = np.random.default_rng(seed).permutation(n)
    again = candidate(a.iloc[order], b.iloc[order], by=("country",), cluster="user")
    found = candidate(a, b, by=("country",), cluster="user")
    assert (again.metrics, again.classes, again.slices) == (
        found.metrics,
        found.classes,
        found.slices,
    )


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_a_weight_of_two_is_a_doubled_row(seed: int) -> None:
    a, b = tables(seed, 30)
    twice = np.random.default_rng(seed).integers(1, 3, 30)
    weighted = candidate(a.assign(w=twice), b.assign(w=twice), weight="w")
    rows = np.repeat(np.arange(30), twice)
    repeated = candidate(a.iloc[rows], b.iloc[rows])
    for key, difference in weighted.metrics.items():
        assert difference.difference.value == repeated.metrics[key].difference.value


def test_models_that_are_equally_good_differ_significantly_in_five_of_a_hundred() -> None:
    rng = np.random.default_rng(0)
    intervals, sets, n = Intervals(Base.E, 0.95), 4000, 40
    own = rng.normal(size=(sets, n))
    losses = [rng.exponential(np.exp(own)) + 0.3 * rng.normal(size=(sets, n)) for _ in range(2)]
    d = losses[1] - losses[0]
    found = [
        with_test(
            intervals,
            Value(0.0),
            Value(0.0),
            Estimate(float(x.mean()), float(x.std(ddof=1) / math.sqrt(n)), n - 1),
            None,
            1.0,
        )
        for x in d
    ]
    wrong = np.mean([(f.p or 0.0) < 0.05 for f in found])
    # Heavy tails on both sides: a little fewer than nominal.
    assert 0.035 < wrong < 0.06
    outside = [
        not f.difference.interval[0] <= 0 <= f.difference.interval[1]
        for f in found
        if f.difference.interval
    ]
    assert np.mean(outside) == wrong


def test_what_is_detectable_is_seen_in_four_of_five_cases() -> None:
    rng = np.random.default_rng(1)
    intervals, n = Intervals(Base.E, 0.95), 200
    first = with_test(
        intervals, Value(0.0), Value(0.0), Estimate(0.0, 1 / n**0.5, n - 1), None, 1.0
    )
    d = rng.normal(first.detectable or 0.0, 1.0, (4000, n))
    t = d.mean(axis=1) / (d.std(axis=1, ddof=1) / n**0.5)
    seen = np.mean(np.abs(t) > intervals.reach(n - 1))
    assert seen == pytest.approx(0.8, abs=0.025)
