"""Isotonic regression by pooling: against scikit-learn's, and where there is no doubt."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from xentcli.numerics.isotonic import cells, pool


def fitted(
    scores: np.ndarray, ones: np.ndarray, weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The fitted value of every distinct score."""
    found = cells(scores, ones, weights)
    pools = pool(found.ones, found.totals)
    return found.scores, np.repeat([p.value for p in pools], [p.stop - p.start for p in pools])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("decimals", [1, 3, 16])
def test_it_is_scikit_learns(weighted: bool, decimals: int) -> None:
    rng = np.random.default_rng(5)
    scores = rng.random(3000).round(decimals)
    ones = rng.random(3000) < scores**2
    weights = rng.gamma(2.0, size=3000) if weighted else None
    distinct, values = fitted(scores, ones, weights)
    theirs = IsotonicRegression().fit(scores, ones, sample_weight=weights).predict(distinct)
    assert np.abs(values - theirs).max() < 1e-12


def test_it_is_fast_enough_for_many_cells_and_scikit_learns_there() -> None:
    rng = np.random.default_rng(6)
    scores = rng.random(130_000)
    ones = rng.random(130_000) < 0.1 + 0.8 * scores
    distinct, values = fitted(scores, ones)
    theirs = IsotonicRegression().fit(scores, ones).predict(distinct)
    assert np.abs(values - theirs).max() < 1e-12


def test_shares_of_ones_may_be_fractions() -> None:
    scores, shares = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.25, 0.125, 0.5, 1.0])
    assert fitted(scores, shares)[1].tolist() == [0.1875, 0.1875, 0.5, 1.0]


def test_what_rises_is_left_alone_and_what_falls_is_one_pool() -> None:
    assert [p.value for p in pool([0, 1, 2, 3], [3, 3, 3, 3])] == [0, 1 / 3, 2 / 3, 1]
    assert pool([3, 2, 1, 0], [3, 3, 3, 3]) == [(0, 4, 6, 12)]


def test_equal_shares_are_one_pool_where_rounding_would_part_them() -> None:
    # 1/3 = 100…0/300…0, beyond what a float64 tells apart from its neighbour.
    large = 10**40
    assert len(pool([1, large], [3, 3 * large])) == 1
    assert len(pool([1, large + 1], [3, 3 * large])) == 2


def test_cells_without_weight_decide_nothing() -> None:
    plain = pool([0, 1, 2], [2, 2, 2])
    assert [p.value for p in pool([0, 0, 1, 0, 2], [0, 2, 2, 0, 2])] == [p.value for p in plain]
    assert pool([0], [0])[0].value == 0.0


def test_no_cells_make_no_pools() -> None:
    assert pool([], []) == []


cell = st.integers(1, 9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(cell, min_size=1, max_size=30))
def test_pools_rise_strictly_and_cover_everything(drawn: list[tuple[int, int]]) -> None:
    pools = pool([one for one, _ in drawn], [total for _, total in drawn])
    assert [p.start for p in pools[1:]] == [p.stop for p in pools[:-1]]
    assert (pools[0].start, pools[-1].stop) == (0, len(drawn))
    for left, right in pairwise(pools):
        assert left.ones * right.total < right.ones * left.total
    for p in pools:
        # No beginning of a pool has a smaller share than the whole: it would be a pool.
        for stop in range(p.start + 1, p.stop):
            ones = sum(one for one, _ in drawn[p.start : stop])
            total = sum(total for _, total in drawn[p.start : stop])
            assert ones * p.total >= p.ones * total
