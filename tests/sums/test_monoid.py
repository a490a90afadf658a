"""States add up like numbers do: every order and grouping of additions gives the same sum."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.kinds import AnyRows, Case, statistics_of
from tests.laws.other_rows import every_case, every_kind, rows_for, rows_of_kind
from tests.laws.rows import ALL_STATISTICS, Rows

if TYPE_CHECKING:
    from xentcli.options import TargetKind

Parts = tuple[AnyRows, AnyRows, AnyRows]


@st.composite
def three(draw: st.DrawFn, whole: st.SearchStrategy[AnyRows]) -> Parts:
    """Three parts of one data set."""
    rows = draw(whole)
    a, b = sorted(draw(st.tuples(st.integers(0, len(rows)), st.integers(0, len(rows)))))
    at = np.arange(len(rows))
    return rows.take(at[:a]), rows.take(at[a:b]), rows.take(at[b:])


@every_case
@given(data=st.data())
def test_merging_is_associative_and_commutative(case: Case, data: st.DataObject) -> None:
    parts = data.draw(three(rows_for(case, most=30)))
    needed = statistics_of(case.request)
    a, b, c = (part.state(needed) for part in parts)
    assert a.merge(b) == b.merge(a)
    assert a.merge(b).merge(c) == a.merge(b.merge(c))
    read = parts[0].figures
    assert read(case.request, a.merge(b).merge(c)) == read(case.request, c.merge(a).merge(b))


@every_case
@given(data=st.data())
def test_an_empty_state_adds_nothing(case: Case, data: st.DataObject) -> None:
    rows = data.draw(rows_for(case))
    state = rows.state(statistics_of(case.request))
    assert rows.empty().merge(state) == state
    assert state.merge(rows.empty()) == state
    assert rows.empty().merge(rows.empty()) == rows.empty()


@every_case
@given(data=st.data())
def test_observing_goes_on_after_a_merge(case: Case, data: st.DataObject) -> None:
    needed = statistics_of(case.request)
    a, b, c = data.draw(three(rows_for(case, most=30)))
    grown = a.empty().merge(a.state(needed)).merge(b.state(needed))
    c.observe(grown, needed)
    assert grown == a.state(needed).merge(b.state(needed)).merge(c.state(needed))


@every_case
@given(data=st.data())
def test_states_survive_pickling_and_grow_on(case: Case, data: st.DataObject) -> None:
    needed = statistics_of(case.request)
    a, b, _ = data.draw(three(rows_for(case, most=30)))
    state = a.state(needed)
    again = pickle.loads(pickle.dumps(state))  # noqa: S301 - our own bytes
    assert again == state
    b.observe(again, needed)
    b.observe(state, needed)
    assert again == state
    assert again == a.state(needed).merge(b.state(needed))


@every_kind
@given(data=st.data())
def test_merging_leaves_both_states_as_they_were(kind: TargetKind, data: st.DataObject) -> None:
    parts = data.draw(three(rows_of_kind(kind, most=30)))
    a, b, c = (part.state() for part in parts)
    before = pickle.dumps([{k: s.units() for k, s in x.sums.items()} for x in (a, b)])
    merged = a.merge(b)
    after = pickle.dumps(
        [{k: s.units() for k, s in x.sums.items() if any(s.units())} for x in (a, b)]
    )
    kept = pickle.loads(before)  # noqa: S301 - our own bytes
    assert [{k: u for k, u in x.items() if any(u)} for x in kept] == pickle.loads(after)  # noqa: S301
    parts[2].observe(merged)
    assert a == parts[0].state()
    assert b == parts[1].state()
    assert c == parts[2].state()


@every_kind
@given(data=st.data())
def test_states_are_equal_only_when_their_sums_are(kind: TargetKind, data: st.DataObject) -> None:
    rows, other = (data.draw(rows_of_kind(kind, least=1)) for _ in range(2))
    state = rows.state()
    assert state != rows.state().merge(rows.state())
    assert state != rows.empty()
    assert state != rows.but(k=rows.k + 1).empty()
    if rows.size != other.size:
        assert state != other.state()
        with pytest.raises(ValueError, match="cannot be merged"):
            state.merge(other.state())


def test_a_state_has_the_size_of_its_classes_not_of_its_rows() -> None:
    rng = np.random.default_rng(1)

    def size(n: int) -> int:
        p = rng.dirichlet(np.ones(4), n)
        rows = Rows(4, rng.integers(0, 4, n).astype(np.uint8), np.ascontiguousarray(p.T))
        return len(pickle.dumps(rows.state(s for s in ALL_STATISTICS if s.make is None)))

    assert size(30_000) < 2 * size(30)
