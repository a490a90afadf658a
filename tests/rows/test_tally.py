"""What is noticed about rows adds up in any order too."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from tests.laws.rows import merged, rows_of
from xentcli.rows.tally import Case, Code, Entry, Place, Tally
from xentcli.sums.run import Sum
from xentcli.sums.state import State

# No two rows stand in the same place.
places = st.lists(
    st.builds(Place, st.integers(0, 2), st.integers(0, 2), st.integers(0, 9)),
    max_size=12,
    unique=True,
)


@st.composite
def notes(draw: st.DrawFn) -> list[tuple[Code, Entry]]:
    """Rows noticed one by one, under some code, some worse than others."""
    found = []
    for place in draw(places):
        case = Case(place, float(place.row))
        distance = draw(st.none() | st.sampled_from([0.5, 1.0, 2.0]))
        worst = None if distance is None else (distance, case)
        found.append((draw(st.sampled_from([Code.SUM, Code.ZERO])), Entry(1, case, worst)))
    return found


def tally_of(noted: list[tuple[Code, Entry]]) -> Tally:
    tally = Tally()
    for code, entry in noted:
        tally.note(code, entry)
    return tally


@given(data=st.data(), noted=notes())
def test_any_order_and_grouping_of_notes_is_the_same_tally(
    data: st.DataObject, noted: list[tuple[Code, Entry]]
) -> None:
    whole = tally_of(noted)
    shuffled = data.draw(st.permutations(noted))
    cut = data.draw(st.integers(0, len(noted)))
    a, b = tally_of(shuffled[:cut]), tally_of(shuffled[cut:])
    assert a.merge(b) == b.merge(a) == whole
    assert whole.merge(Tally()) == Tally().merge(whole) == whole
    singles = [tally_of([note]) for note in shuffled]
    assert reduce(Tally.merge, singles, Tally()) == whole
    assert a == tally_of(shuffled[:cut])


@given(noted=notes())
def test_the_first_and_the_worst_are_found(noted: list[tuple[Code, Entry]]) -> None:
    for code, entry in tally_of(noted).entries.items():
        own = [e for c, e in noted if c is code]
        assert entry.count == len(own)
        assert entry.first.place == min(e.first.place for e in own)
        bad = [e.worst for e in own if e.worst is not None]
        if not bad:
            assert entry.worst is None
            continue
        most = max(distance for distance, _ in bad)
        assert entry.worst is not None
        assert entry.worst[0] == most
        assert entry.worst[1].place == min(c.place for d, c in bad if d == most)


@given(noted=notes(), cut=st.integers(0, 12))
def test_sums_of_runs_add_up_in_all_their_parts(noted: list[tuple[Code, Entry]], cut: int) -> None:
    rows = rows_of([0, 1], [0.25, 0.5])
    a = Sum(rows.state(), tally_of(noted[:cut]), frozenset({"0"}), 2, {(0, 0): 2})
    b = Sum(rows.state(), tally_of(noted[cut:]), frozenset({"1"}), 3, {(0, 1): 3})
    both = a.merge(b)
    assert both == b.merge(a)
    assert both.state == merged([rows.state(), rows.state()], 2)
    assert both.labels == {"0", "1"}
    assert (both.tally, both.read) == (tally_of(noted), 5)
    assert both.row_number(Place(0, 1, 2)) == 5
    assert a.merge(Sum(State(2))) == a
