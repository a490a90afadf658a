"""What is kept of rows besides sums depends on the rows alone: samples, and grids of scores."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.rows import Rows, any_rows, cut_up
from xentcli.numerics.hashing import hashes_of
from xentcli.numerics.keyed_sums import KeyedSums
from xentcli.sums.row_sample import RowSample
from xentcli.sums.score_grid import ScoreGrid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Kept = RowSample | ScoreGrid

pairs = any_rows(classes=(2, 2), least=1)
every_part = pytest.mark.parametrize("make", [RowSample, ScoreGrid], ids=["sample", "grid"])


def kept(make: Callable[[int], Kept], most: int, parts: Iterable[Rows]) -> Any:
    """What is kept of rows that come in parts."""
    part = make(most)
    for rows in parts:
        if len(rows):
            part.add(rows.batch())
    return part


@every_part
@given(data=st.data(), rows=pairs, most=st.integers(1, 12))
def test_the_order_and_the_blocks_do_not_matter(
    make: type[Kept], data: st.DataObject, rows: Rows, most: int
) -> None:
    whole = kept(make, most, [rows])
    parts = data.draw(cut_up(rows))
    assert kept(make, most, parts) == whole
    merged = make(most)
    for part in parts:
        merged = merged.merge(kept(make, most, [part]))
    assert merged == whole


@every_part
@given(a=pairs, b=pairs, c=pairs, most=st.integers(1, 12))
def test_they_are_commutative_monoids(
    make: type[Kept], a: Rows, b: Rows, c: Rows, most: int
) -> None:
    c = c.but(raw=c.raw[1].copy() if a.raw.ndim == 1 < c.raw.ndim else c.raw)
    same = [r for r in (a, b, c) if r.raw.ndim == a.raw.ndim and r.scale is a.scale]
    same = [r.but(weights=None, clip=0.0, positive=1) for r in same]
    x, y, z = (kept(make, most, [r]) for r in (same * 3)[:3])
    assert x.merge(y) == y.merge(x)
    assert x.merge(y).merge(z) == x.merge(y.merge(z))
    assert x.merge(make(most)) == x == make(most).merge(x)
    assert pickle.loads(pickle.dumps(x)) == x  # noqa: S301 - our own bytes
    before = pickle.dumps(x)
    x.merge(y)
    assert pickle.dumps(x) == before


@given(rows=any_rows(least=1), most=st.integers(1, 12))
def test_a_sample_holds_the_smallest_hashes_with_all_their_rows(rows: Rows, most: int) -> None:
    sampled = kept(RowSample, most, [rows]).rows
    weights = np.ones(len(rows)) if rows.weights is None else rows.weights
    raw = np.atleast_2d(rows.raw).astype(np.float64)
    contents = [(raw[:, i].tobytes(), int(rows.truth[i])) for i in range(len(rows))]
    alive = [i for i in range(len(rows)) if weights[i] > 0]
    if not alive:
        assert sampled is None
        return
    hashes = hashes_of(np.atleast_2d(rows.raw), rows.truth)
    smallest = sorted({int(hashes[i]) for i in alive})[:most]
    of_hash = {h: [i for i in alive if int(hashes[i]) == h] for h in smallest}
    assert all(len({contents[i] for i in found}) == 1 for found in of_hash.values())
    assert sampled.rows.tolist() == [len(of_hash[h]) for h in smallest]
    assert sampled.truth.tolist() == [contents[of_hash[h][0]][1] for h in smallest]
    if rows.weights is not None:
        expected = [float(np.sum(weights[of_hash[h]])) for h in smallest]
        assert sampled.weights == pytest.approx(expected, rel=1e-12)


@given(rows=any_rows(least=1))
def test_hashes_do_not_depend_on_the_type_of_the_scores(rows: Rows) -> None:
    narrow = np.atleast_2d(rows.raw).astype(np.float32)
    assert np.array_equal(
        hashes_of(narrow, rows.truth), hashes_of(narrow.astype(np.float64), rows.truth)
    )


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 2, 10])
def test_hashes_are_spread_evenly_and_differ(kind: type[np.floating], k: int) -> None:
    rng = np.random.default_rng(3)
    n = 200_000
    raw = rng.random((k, n)).astype(kind)
    distinct = len(np.unique(raw, axis=1).T) if k == 1 else n
    hashes = hashes_of(raw, np.zeros(n, np.uint8))
    assert len(np.unique(hashes)) == distinct
    counts = np.bincount((hashes >> np.uint64(58)).astype(int), minlength=64)
    spread = np.sum((counts - n / 64) ** 2) / (n / 64)
    assert 20 < spread < 130  # χ² with 63 degrees of freedom, and more for float32's ties
    certain = np.eye(10).repeat(2, axis=1)
    assert len(np.unique(hashes_of(certain, np.tile([0, 1], 10)))) == 20


@given(rows=any_rows(classes=(2, 2), least=1), most=st.integers(1, 12))
def test_a_grid_is_as_fine_as_it_may_be(rows: Rows, most: int) -> None:
    grid = kept(ScoreGrid, most, [rows])
    found = grid.recalibrated()
    if found is None:
        return
    assert found.cells <= most
    finest = kept(ScoreGrid, 1 << 17, [rows])
    exact = finest.recalibrated()
    assert (grid.dropped == 0) == (exact.cells <= most)
    assert found.loss >= exact.loss - 1e-15
    assert found.uncertainty == exact.uncertainty
    if grid.dropped:
        # With one bit more there would have been too many.
        for bits in range(grid.dropped):
            finer = kept(ScoreGrid, 1 << 17, [rows])
            finer.coarsen(bits)
            finer_found = finer.recalibrated()
            assert finer_found.cells > most


@given(
    keys=st.lists(st.tuples(st.integers(-5, 5), st.floats(0, 1e9)), min_size=1, max_size=30),
    cut=st.integers(0, 30),
    most=st.integers(1, 6),
)
def test_keyed_sums_are_sums_by_key(keys: list[tuple[int, float]], cut: int, most: int) -> None:
    def of(part: list[tuple[int, float]]) -> KeyedSums:
        numbers = np.array([k for k, _ in part], dtype=np.int64)
        return KeyedSums.of(numbers, np.array([w for _, w in part]))[0]

    whole, (joined, places) = of(keys), of(keys[:cut]).joined(of(keys[cut:]))
    assert joined == whole
    assert len(places) == len(whole.keys)
    halves = of([(k >> 1, w) for k, w in keys])
    assert whole.renamed(whole.keys >> 1) == halves
    assert whole.head(most) == of([(k, w) for k, w in keys if k in set(whole.keys[:most].tolist())])
    assert whole != halves or len(set(whole.keys.tolist())) == 1
