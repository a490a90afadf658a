"""The same rows give the same bits, however they are cut, ordered and added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.other_rows import LabelRows, SoftRows, every_kind, rows_of_kind
from tests.laws.rows import Rows, cut_up, merged
from xentcli.options import Scale, TargetKind

if TYPE_CHECKING:
    from tests.laws.kinds import AnyRows
    from xentcli.sums.state import State


def check_equal(a: State, b: State, rows: AnyRows) -> None:
    assert a == b
    for request in rows.requests:
        assert rows.figures(request, a) == rows.figures(request, b)


@every_kind
@given(data=st.data())
def test_any_batches_in_any_order_give_equal_states_and_figures(
    kind: TargetKind, data: st.DataObject
) -> None:
    rows = data.draw(rows_of_kind(kind))
    grown = rows.empty()
    for part in data.draw(cut_up(rows)):
        part.observe(grown)
    check_equal(grown, rows.state(), rows)


@every_kind
@given(data=st.data())
def test_any_tree_of_merges_gives_equal_states_and_figures(
    kind: TargetKind, data: st.DataObject
) -> None:
    rows = data.draw(rows_of_kind(kind))
    states = [part.state() for part in data.draw(cut_up(rows))]
    while len(states) > 1:
        a = states.pop(data.draw(st.integers(0, len(states) - 1)))
        b = states.pop(data.draw(st.integers(0, len(states) - 1)))
        states.append(a.merge(b))
    check_equal(states[0], rows.state(), rows)


@every_kind
@given(data=st.data())
def test_rows_one_by_one_equal_rows_at_once(kind: TargetKind, data: st.DataObject) -> None:
    rows = data.draw(rows_of_kind(kind, most=12))
    ones = [rows.take(np.array([i])).state() for i in range(len(rows))]
    check_equal(merged(ones, rows.size), rows.state(), rows)


def check_pieces(rows: AnyRows, rng: np.random.Generator) -> None:
    order = rng.permutation(len(rows))
    pieces = [rows.take(part).state() for part in np.array_split(order, 37)]
    check_equal(merged(pieces, rows.size), rows.state(), rows)


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
    check_pieces(rows, rng)


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("kind", [SoftRows, LabelRows])
def test_a_full_block_of_cells_equals_its_pieces(
    kind: type[SoftRows | LabelRows], weighted: bool
) -> None:
    n = 1 << 15
    rng = np.random.default_rng(4)
    targets = np.ascontiguousarray(rng.dirichlet(np.full(3, 0.3), n).T)
    raw = np.ascontiguousarray(rng.dirichlet(np.full(3, 0.3), n).clip(1e-300, 1 - 1e-16).T)
    weights = 10.0 ** rng.uniform(-3, 9, n) if weighted else None
    check_pieces(kind(3, targets, raw, weights=weights), rng)
