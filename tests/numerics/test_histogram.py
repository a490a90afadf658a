"""Counts of numbers depend on the numbers, not on their order or how they were dealt out."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xentcli.numerics.histogram import ValueHistogram, numbers_of, sortable
from xentcli.sums.slices.quantile_edges import edges

MOST = 8
numbers = st.lists(
    st.one_of(st.floats(allow_nan=False), st.integers(-4, 4).map(float)), max_size=40
)


def of(values: list[float], most: int = MOST) -> ValueHistogram:
    return ValueHistogram(most).add(np.array(values, dtype=np.float64))


@given(values=numbers)
def test_sortable_numbers_are_ordered_as_the_numbers_are(values: list[float]) -> None:
    array = np.array(values, dtype=np.float64)
    keys = sortable(array)
    assert (np.argsort(keys, kind="stable") == np.argsort(array, kind="stable")).all()
    assert (numbers_of(keys) == array).all()


@given(a=numbers, b=numbers, c=numbers, order=st.randoms(use_true_random=False))
def test_a_commutative_monoid_on_every_grid(
    a: list[float], b: list[float], c: list[float], order: st.DataObject
) -> None:
    x, y, z = of(a), of(b), of(c)
    every = [*a, *b, *c]
    order.shuffle(every)  # type: ignore[attr-defined]
    assert x.merge(y) == y.merge(x) == of([*a, *b])
    assert x.merge(y).merge(z) == x.merge(y.merge(z)) == of(every)
    assert x.merge(of([])) == x
    assert pickle.loads(pickle.dumps(x)) == x  # noqa: S301 - our own bytes


@given(values=numbers)
def test_few_cells_and_no_fewer_than_that_takes(values: list[float]) -> None:
    counted = of(values)
    assert len(counted.values) <= MOST
    assert len(counted) == len(values)
    assert (np.diff(counted.values) > 0).all()
    keys = np.unique(sortable(np.array(values, dtype=np.float64)))
    if counted.bits:
        assert len(np.unique(keys >> np.uint64(counted.bits - 1))) > MOST
    assert len(np.unique(keys >> np.uint64(counted.bits))) == len(counted.values)


@given(values=st.lists(st.integers(-9, 9), min_size=1, max_size=60), q=st.integers(2, 9))
def test_edges_part_the_rows_as_evenly_as_ties_allow(values: list[int], q: int) -> None:
    n = len(values)
    found = edges(of([float(v) for v in values], 1 << 17), q)
    places = [0, *(sum(v < x for v in values) for x in sorted(set(values))), n]
    wanted = {min(places, key=lambda at: (abs(q * at - i * n), -at)) for i in range(1, q)}
    assert list(found) == sorted(found)
    assert [sum(v < edge for v in values) for edge in found] == sorted(wanted - {0, n})


def test_coarse_cells_put_edges_next_to_the_quantiles() -> None:
    values = np.random.default_rng(1).normal(size=400_000)
    counted = ValueHistogram()
    for start in range(0, len(values), 30_000):
        counted.add(values[start : start + 30_000])
    assert counted.bits > 0
    ranks = [(values < edge).mean() for edge in edges(counted, 10)]
    assert ranks == pytest.approx([i / 10 for i in range(1, 10)], abs=2e-4)


@pytest.mark.parametrize(
    ("values", "q", "found"),
    [
        ([], 4, ()),
        ([3.0], 4, ()),
        ([-np.inf, np.inf], 2, (np.inf,)),
        ([-np.inf, 5.5, 5.5, 5.5], 2, (5.0,)),
        ([0.0] * 67 + [1.0] * 67 + [2.0] * 66, 3, (1.0, 2.0)),
        ([1.0, 2.0, 3.0, 4.0, 5.0], 2, (4.0,)),
        ([0.0, -0.0, 1.0, 1.0], 2, (1.0,)),
        ([1e-320, 2e-320], 2, (2e-320,)),
    ],
)
def test_edges_of_odd_numbers(values: list[float], q: int, found: tuple[float, ...]) -> None:
    assert edges(of(values), q) == found
