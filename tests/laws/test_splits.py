"""The same rows give the same bits, however they are cut, ordered and added up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.rows import ALL_STATISTICS, EVERY, Rows, any_rows, cut_up, figures, merged
from xentcli.options import Scale
from xentcli.state import State
from xentcli.statistic import observe_all


def check_equal(a: State, b: State, rows: Rows) -> None:
    assert a == b
    for request in EVERY:
        weighted = rows.weights is not None
        assert figures(request, a, weighted=weighted) == figures(request, b, weighted=weighted)


@given(data=st.data(), rows=any_rows())
def test_any_batches_in_any_order_give_equal_states_and_figures(
    data: st.DataObject, rows: Rows
) -> None:
    parts = data.draw(cut_up(rows))
    grown = State(rows.k)
    for part in parts:
        if len(part):
            observe_all(ALL_STATISTICS, part.batch(), grown)
    check_equal(grown, rows.state(), rows)


@given(data=st.data(), rows=any_rows())
def test_any_tree_of_merges_gives_equal_states_and_figures(data: st.DataObject, rows: Rows) -> None:
    states = [part.state() for part in data.draw(cut_up(rows))]
    while len(states) > 1:
        a = states.pop(data.draw(st.integers(0, len(states) - 1)))
        b = states.pop(data.draw(st.integers(0, len(states) - 1)))
        states.append(a.merge(b))
    check_equal(states[0], rows.state(), rows)


@given(rows=any_rows(most=12))
def test_rows_one_by_one_equal_rows_at_once(rows: Rows) -> None:
    ones = [rows.take(np.array([i])).state() for i in range(len(rows))]
    check_equal(merged(ones, rows.k), rows.state(), rows)


@pytest.mark.parametrize("scale", Scale)
@pytest.mark.parametrize("single", [True, False])
def test_a_full_block_equals_its_pieces(scale: Scale, single: bool) -> None:
    n = 1 << 15
    rng = np.random.default_rng(3)
    p = rng.dirichlet(np.full(3, 0.3), n).clip(1e-300, 1 - 1e-16)
    raw = p if scale is Scale.PROBABILITY else np.log(p)
    rows = Rows(
        2 if single else 3,
        rng.integers(0, 2 if single else 3, n).astype(np.uint8),
        np.ascontiguousarray(raw[:, 0] if single else raw.T),
        scale,
        weights=10.0 ** rng.uniform(-3, 9, n),
    )
    order = rng.permutation(n)
    pieces = [rows.take(part).state() for part in np.array_split(order, 37)]
    check_equal(merged(pieces, rows.k), rows.state(), rows)
