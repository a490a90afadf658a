"""States add up like numbers do: every order and grouping of additions gives the same sum."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.rows import ALL_STATISTICS, EVERY, Rows, any_rows, figures, statistics_of
from xentcli.state import State
from xentcli.statistic import observe_all

if TYPE_CHECKING:
    from xentcli.metric import Requested

every_metric = pytest.mark.parametrize("metric", EVERY, ids=lambda r: r.key)


@st.composite
def three(draw: st.DrawFn) -> tuple[Rows, Rows, Rows]:
    """Three parts of one data set."""
    rows = draw(any_rows(most=30))
    a, b = sorted(draw(st.tuples(st.integers(0, len(rows)), st.integers(0, len(rows)))))
    at = np.arange(len(rows))
    return rows.take(at[:a]), rows.take(at[a:b]), rows.take(at[b:])


@every_metric
@given(parts=three())
def test_merging_is_associative_and_commutative(
    metric: Requested, parts: tuple[Rows, Rows, Rows]
) -> None:
    needed = statistics_of(metric)
    a, b, c = (part.state(needed) for part in parts)
    assert a.merge(b) == b.merge(a)
    assert a.merge(b).merge(c) == a.merge(b.merge(c))
    weighted = parts[0].weights is not None
    assert figures(metric, a.merge(b).merge(c), weighted=weighted) == figures(
        metric, c.merge(a).merge(b), weighted=weighted
    )


@every_metric
@given(rows=any_rows())
def test_an_empty_state_adds_nothing(metric: Requested, rows: Rows) -> None:
    state = rows.state(statistics_of(metric))
    assert State(rows.k).merge(state) == state
    assert state.merge(State(rows.k)) == state
    assert State(rows.k).merge(State(rows.k)) == State(rows.k)


@every_metric
@given(parts=three())
def test_observing_goes_on_after_a_merge(metric: Requested, parts: tuple[Rows, Rows, Rows]) -> None:
    needed = statistics_of(metric)
    a, b, c = parts
    grown = State(a.k).merge(a.state(needed)).merge(b.state(needed))
    if len(c):
        observe_all(needed, c.batch(), grown)
    assert grown == a.state(needed).merge(b.state(needed)).merge(c.state(needed))


@every_metric
@given(parts=three())
def test_states_survive_pickling_and_grow_on(
    metric: Requested, parts: tuple[Rows, Rows, Rows]
) -> None:
    needed = statistics_of(metric)
    a, b, _ = parts
    state = a.state(needed)
    again = pickle.loads(pickle.dumps(state))  # noqa: S301 - our own bytes
    assert again == state
    if len(b):
        observe_all(needed, b.batch(), again)
        observe_all(needed, b.batch(), state)
    assert again == state
    assert again == a.state(needed).merge(b.state(needed))


@given(parts=three())
def test_merging_leaves_both_states_as_they_were(parts: tuple[Rows, Rows, Rows]) -> None:
    a, b, c = (part.state() for part in parts)
    before = pickle.dumps([{k: s.units() for k, s in x.sums.items()} for x in (a, b)])
    merged = a.merge(b)
    after = pickle.dumps(
        [{k: s.units() for k, s in x.sums.items() if any(s.units())} for x in (a, b)]
    )
    kept = pickle.loads(before)  # noqa: S301 - our own bytes
    assert [{k: u for k, u in x.items() if any(u)} for x in kept] == pickle.loads(after)  # noqa: S301
    if len(parts[2]):
        observe_all(ALL_STATISTICS, parts[2].batch(), merged)
    assert a == parts[0].state()
    assert b == parts[1].state()
    assert c == parts[2].state()


@given(rows=any_rows(least=1), other=any_rows(least=1))
def test_states_are_equal_only_when_their_sums_are(rows: Rows, other: Rows) -> None:
    state = rows.state()
    assert state != rows.state().merge(rows.state())
    assert state != State(rows.k)
    assert state != State(rows.k + 1)
    if rows.k != other.k:
        assert state != other.state()
        with pytest.raises(ValueError, match="cannot be merged"):
            state.merge(other.state())


def test_a_state_has_the_size_of_its_classes_not_of_its_rows() -> None:
    rng = np.random.default_rng(1)

    def size(n: int) -> int:
        p = rng.dirichlet(np.ones(4), n)
        rows = Rows(4, rng.integers(0, 4, n).astype(np.uint8), np.ascontiguousarray(p.T))
        return len(pickle.dumps(rows.state()))

    assert size(30_000) < 2 * size(30)
