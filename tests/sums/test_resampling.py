"""A replicate is the data with every row as often as its weight says, to the bit."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.kinds import layout_for, statistics_for, statistics_of
from tests.laws.other_rows import every_case, every_kind, rows_for, rows_of_kind
from tests.laws.rows import cut_up, rows_of
from xentcli.layout.layout import Identity, Kind
from xentcli.numerics.draws import Draws
from xentcli.options import Bootstrap, TargetKind
from xentcli.rows.identities import hashes_of
from xentcli.sums.replicates import Replicates
from xentcli.sums.resampling import Resampler, product
from xentcli.sums.statistic import Statistic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.laws.kinds import AnyRows, Case
    from xentcli.numerics.exact import Sums
    from xentcli.rows.batch import Batch
    from xentcli.sums.grouping import Grouping
    from xentcli.sums.state import State

PLAN = Bootstrap(6, 1)
NO_BLOCK = pa.record_batch({})


def resampled(
    parts: Iterable[AnyRows], plan: Bootstrap = PLAN, statistics: Any = None
) -> Replicates:
    """The replicates of rows that come in parts."""
    parts = list(parts)
    kind = parts[0].kind
    wanted = statistics_for(kind) if statistics is None else statistics
    found = Resampler(plan, layout_for(kind, parts[0].k), wanted)
    for part in parts:
        if len(part):
            found.observe(NO_BLOCK, part.batch())
    return found.total()


def weights_of(rows: AnyRows, plan: Bootstrap = PLAN) -> np.typing.NDArray[np.int64]:
    """How often each row occurs in each replicate."""
    hashes = hashes_of(Identity(Kind.CONTENT), NO_BLOCK, rows.batch())
    return Draws(*plan).weights(hashes, 0, plan.replicates).astype(np.int64)


def check(found: Replicates, rows: AnyRows, plan: Bootstrap = PLAN, **other: Any) -> None:
    """Compares every replicate with the sums of the rows repeated."""
    weights = weights_of(rows, plan)
    assert found.state.sums
    for b, reading in enumerate(found.readings()):
        alone: State = rows.take(np.repeat(np.arange(len(rows)), weights[:, b])).state(**other)
        for key in found.state.sums:
            width = found.state.width(key)
            assert reading.units(key) == alone.of(key, width).units(), key
            assert reading.infinite(key) == alone.of(key, width).infinite.tolist(), key


@every_kind
@given(data=st.data())
def test_a_replicate_is_the_rows_repeated(kind: TargetKind, data: st.DataObject) -> None:
    rows = data.draw(rows_of_kind(kind, least=1))
    check(resampled([rows]), rows)


@pytest.mark.parametrize("replicates", [5, 1030])
def test_rows_beyond_a_block_and_replicates_beyond_a_tile(replicates: int) -> None:
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.ones(3), 700) ** 4
    rows = rows_of(rng.integers(0, 3, 700).tolist(), (scores / scores.sum(1)[:, None]).tolist())
    plan = Bootstrap(replicates, 5)
    statistics = statistics_for(TargetKind.CLASS)
    check(resampled([rows], plan), rows, plan, statistics=statistics)


@pytest.mark.parametrize("shape", [(0, 3, 5), (1, 1, 1), (31, 256, 1000), (70, 256, 1024)])
def test_products_are_exact_whatever_they_are_cut_into(shape: tuple[int, int, int]) -> None:
    high, deep, wide = shape
    rng = np.random.default_rng(0)
    a = rng.integers(-(1 << 42), 1 << 42, (high, deep))
    b = rng.integers(0, 9, (deep, wide))
    found = product(a.astype(np.float64), b.astype(np.float64))
    assert np.array_equal(found.astype(np.int64), a @ b)


def test_what_is_added_up_is_carried_before_it_overflows(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.ones(3), 2000)
    rows = rows_of(rng.integers(0, 3, 2000).tolist(), scores.tolist())
    whole = resampled([rows])
    carried = []
    carry = Resampler._carry  # noqa: SLF001 - whether it happens shows in nothing but its time

    def counted(self: Resampler) -> None:
        carried.append(self)
        carry(self)

    monkeypatch.setattr(Resampler, "_carry", counted)
    monkeypatch.setattr("xentcli.sums.resampling._FULL", 2.0**53)
    assert resampled([rows]) == whole
    assert len(carried) > 1


@every_kind
@given(data=st.data())
def test_parts_add_up_in_any_order(kind: TargetKind, data: st.DataObject) -> None:
    rows = data.draw(rows_of_kind(kind, least=1))
    whole = resampled([rows])
    parts = data.draw(cut_up(rows))
    assert resampled(parts) == whole
    order = data.draw(st.permutations(range(len(rows))))
    assert resampled([rows.take(np.array(order))]) == whole
    a, b = (resampled(p) if p else Replicates(6, rows.size) for p in (parts[:1], parts[1:]))
    assert a.merge(b) == b.merge(a) == whole
    assert a.merge(b).merge(Replicates(6, rows.size)) == whole
    assert pickle.loads(pickle.dumps(whole)) == whole  # noqa: S301 - our own bytes


def test_replicates_of_other_numbers_do_not_merge() -> None:
    with pytest.raises(ValueError, match="cannot be merged"):
        Replicates(3, 2).merge(Replicates(4, 2))
    assert Replicates(3, 2) != Replicates(4, 2)


def test_more_replicates_leave_the_first_as_they_are() -> None:
    rng = np.random.default_rng(2)
    rows = rows_of(rng.integers(0, 2, 50).tolist(), rng.dirichlet(np.ones(2), 50).tolist())
    few, many = (resampled([rows], Bootstrap(n, 9)) for n in (5, 90))
    pairs = list(zip(few.readings(), many.readings(), strict=False))
    assert len(pairs) == 5
    for a, b in pairs:
        assert all(a.units(key) == b.units(key) for key in few.state.sums)


def test_sums_with_several_in_each_place() -> None:
    def add(batch: Batch, frame: Grouping, sums: Sums) -> None:
        """Losses by their size, in three bins."""
        from xentcli.numerics.groups import Arrangement

        for slot in frame.slots:
            loss = slot.of(batch.losses(slot.view))
            of_sum = np.arange(sums.size // 3)[slot.groups.ids].repeat(slot.groups.counts)
            cells = Arrangement.by(of_sum * 3 + np.minimum(loss, 2.0).astype(np.intp))
            sums.add(cells.of(loss), cells.groups)

    rng = np.random.default_rng(3)
    rows = rows_of(rng.integers(0, 2, 400).tolist(), rng.dirichlet(np.ones(2), 400).tolist())
    wide = Statistic(("binned",), add, width=3)
    found = resampled([rows], statistics=[wide])
    assert found.state.width("binned") == 3
    assert len(next(found.readings()).units("binned")) == 6
    check(found, rows, statistics=[wide])


def test_parts_of_a_state_other_than_sums_are_left_out() -> None:
    def add(batch: Batch, part: dict[str, Any]) -> None:
        part["rows"] = len(batch)

    rows = rows_of([0, 1], [[0.5, 0.5], [0.25, 0.75]])
    other = Statistic(("part",), add, make=dict)  # type: ignore[arg-type] # of no use
    assert not resampled([rows], statistics=[other]).state.sums


@every_case
@given(data=st.data())
def test_a_figure_is_extensive_if_it_grows_with_the_rows(case: Case, data: st.DataObject) -> None:
    rows = data.draw(rows_for(case, least=1))
    needed = statistics_of(case.request)
    once = rows.figures(case.request, rows.state(needed)).overall
    twice = rows.take(np.repeat(np.arange(len(rows)), 2))
    both = rows.figures(case.request, twice.state(needed)).overall
    if once is None or once.value is None:
        assert both is None or both.value is None
    else:
        assert both is not None
        if case.request.metric.name == "squared_ece":  # what it takes off for chance counts rows
            return
        factor = 2 if case.request.metric.extensive else 1
        assert both.value == pytest.approx(factor * once.value, rel=1e-12)
