"""Exact sums against whole-number arithmetic, over the wildest floats there are."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xentcli.numerics.exact import Sums, ratio, units_of
from xentcli.numerics.groups import Groups
from xentcli.numerics.ladder import UNIT_BITS

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST = 2.0**993
finite = st.one_of(
    st.floats(-LARGEST, LARGEST),
    st.floats(-1.0, 1.0),
    st.sampled_from(
        [
            0.0,
            -0.0,
            5e-324,
            -5e-324,
            2.0**-1022,
            1e300 / 8,
            -1e16,
            1.0,
            1e16,
            0.1,
            2.0**7,
            math.nextafter(2.0**7, 0),
            2.0**-40,
            2.0**-41,
            2.0**993,
        ]
    ),
    st.builds(math.ldexp, st.sampled_from([1.0, -1.0, 1.5, 1 - 2.0**-53]), st.integers(-1074, 993)),
)
terms = st.lists(st.one_of(finite, finite, finite, st.just(math.inf)), max_size=25)


def whole(values: Sequence[float]) -> int:
    """The sum of the finite ones as a number of 2^-1074, by fractions."""
    total = sum((Fraction(v) for v in values if math.isfinite(v)), Fraction(0))
    units = total * (1 << UNIT_BITS)
    assert units.denominator == 1
    return units.numerator


def check(sums: Sums, groups: Sequence[Sequence[float]]) -> None:
    assert sums.units() == [whole(g) for g in groups]
    assert sums.infinite.tolist() == [sum(map(math.isinf, g)) for g in groups]
    for i, group in enumerate(groups):
        endless = any(map(math.isinf, group))
        assert sums.value(i) == (math.inf if endless else math.fsum(group))


def grouped(groups: Sequence[Sequence[float]]) -> tuple[np.typing.NDArray[np.float64], Groups]:
    flat = np.array([x for g in groups for x in g], dtype=np.float64)
    return flat, Groups(np.array([len(g) for g in groups], dtype=np.int64))


@settings(max_examples=150)
@given(groups=st.lists(terms, min_size=1, max_size=5))
def test_sums_of_groups_are_exact(groups: list[list[float]]) -> None:
    flat, where = grouped(groups)
    before = flat.tobytes()
    check(Sums(len(groups)).add(flat, where), groups)
    assert flat.tobytes() == before


@given(groups=st.lists(terms, min_size=1, max_size=5))
def test_groups_count_what_is_marked(groups: list[list[float]]) -> None:
    flat, where = grouped(groups)
    assert where.counts.tolist() == [len(g) for g in groups]
    assert where.count(flat > 1).tolist() == [sum(x > 1 for x in g) for g in groups]
    ones = np.ones(len(flat), dtype=np.int64)
    assert where.sum(ones).tolist() == [len(g) for g in groups]


@settings(max_examples=150)
@given(data=st.data(), values=terms)
def test_any_order_blocks_and_merges_give_one_sum(data: st.DataObject, values: list[float]) -> None:
    order = data.draw(st.permutations(values))
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=5))), len(values)]
    states = []
    for a, b in pairwise(cuts):
        part = np.array(order[a:b], dtype=np.float64)
        states.append(Sums(1).add(part, Groups.single(len(part))))
    while len(states) > 1:
        at = data.draw(st.integers(0, len(states) - 2))
        states[at : at + 2] = [states[at].merge(states[at + 1])]
    check(states[0], [values])
    direct = Sums(1).add(np.array(values, dtype=np.float64), Groups.single(len(values)))
    assert direct == states[0]
    assert pickle.loads(pickle.dumps(direct)) == direct  # noqa: S301 - our own bytes


@given(values=st.lists(finite, min_size=1, max_size=20))
def test_a_sum_less_itself_is_nothing(values: list[float]) -> None:
    flat = np.array(values)
    groups = Groups.single(len(values))
    assert Sums(1).add(flat, groups).add(-flat, groups) == Sums(1)
    assert Sums(1).add(flat, groups).merge(Sums(1)) == Sums(1).add(flat, groups)


@pytest.mark.parametrize("rest", [0.0, 2.0**-38 - 2.0**-52, -(2.0**-38) + 2.0**-51])
def test_full_blocks_never_overflow(rest: float) -> None:
    """At the upper edge of every level, and with the largest remainders that a level leaves.

    Twenty blocks are more than any level can hold without carrying.
    """
    groups = Groups.single(1 << 15)
    for exponent in range(-50, 70):
        edge = math.nextafter(2.0**exponent, 0) if rest == 0 else math.ldexp(1 + rest, exponent)
        for sign in (1.0, -1.0):
            block = np.full(1 << 15, sign * edge)
            sums = Sums(1)
            for _ in range(20):
                sums.add(block, groups)
            assert sums.units() == [20 * (1 << 15) * units_of(sign * edge)]


def test_full_blocks_of_ones_never_overflow_coarse_sums() -> None:
    sums = Sums(2)
    for _ in range(3000):
        sums.add_coarse(np.ones(1 << 15), None, Groups.only(1, 1 << 15, 2))
    assert sums.units() == [0, 3000 * (1 << 15) << UNIT_BITS]


def test_many_blocks_keep_their_carries() -> None:
    rng = np.random.default_rng(5)
    total, exact = Sums(2), [0, 0]
    for _ in range(300):
        flat = rng.random(64) * 2.0 ** float(rng.integers(-50, 7))
        groups = Groups(np.array([20, 44], dtype=np.int64))
        total = total.merge(Sums(2).add(flat, groups))
        exact[0] += whole(flat[:20].tolist())
        exact[1] += whole(flat[20:].tolist())
    assert total.units() == exact


@settings(max_examples=100)
@given(
    values=st.lists(finite | st.floats(0.5, 3), min_size=1, max_size=10),
    endless=st.booleans(),
)
def test_known_ends_change_nothing(values: list[float], endless: bool) -> None:
    flat = np.abs(np.array([*values, math.inf] if endless else values))
    groups = Groups.single(len(flat))
    top, low = float(flat.max()), float(flat.min())
    plain = Sums(1).add(flat, groups)
    assert Sums(1).add(flat, groups, top) == plain
    assert Sums(1).add(flat, groups, top, low) == plain
    assert plain.units() == [whole(flat.tolist())]


@pytest.mark.parametrize("power", [-60, -12, -1, 0, 5, 9, 40])
def test_the_search_for_remainders_is_spared_only_where_there_are_none(power: int) -> None:
    rng = np.random.default_rng(power + 99)
    flat = np.ldexp(1 + rng.random(500), rng.integers(power, power + 12, 500))
    groups = Groups.single(len(flat))
    found = Sums(1).add(flat, groups, float(flat.max()), float(flat.min()))
    assert found.units() == [whole(flat.tolist())]


@given(counts=st.lists(st.integers(0, 2**40), min_size=1, max_size=5))
def test_counts_are_whole(counts: list[int]) -> None:
    sums = Sums(len(counts)).add_counts(np.array(counts, dtype=np.int64))
    assert sums.units() == [c << UNIT_BITS for c in counts]


@settings(max_examples=60)
@given(
    values=st.lists(st.floats(0, 1), max_size=20),
    weights=st.none() | st.lists(st.floats(0, 1e60), min_size=20, max_size=20),
)
def test_coarse_sums_round_each_term_to_their_grid(
    values: list[float], weights: list[float] | None
) -> None:
    flat = np.array(values)
    w = None if weights is None else np.array(weights[: len(values)])
    found = Sums(3).add_coarse(flat, w, Groups.only(1, len(flat), 3))
    rounded = [math.ldexp(round(math.ldexp(x, 37)), -37) for x in values]
    factors = [1.0] * len(values) if weights is None else weights
    assert found.units() == [0, whole([f * x for f, x in zip(factors, rounded, strict=False)]), 0]


@settings(max_examples=200)
@given(a=st.integers(-(2**2200), 2**2200), b=st.integers(1, 2**1100))
def test_ratios_are_the_nearest_float(a: int, b: int) -> None:
    exact = Fraction(a, b)
    found = ratio(a, b)
    if math.isinf(found):
        assert abs(exact) >= Fraction(2) ** 1024 - Fraction(2) ** 970
        assert (found > 0) == (a > 0)
        return
    for other in (math.nextafter(found, -math.inf), math.nextafter(found, math.inf)):
        if math.isfinite(other):
            assert abs(exact - Fraction(found)) <= abs(exact - Fraction(other))


@given(value=finite)
def test_units_are_exact(value: float) -> None:
    assert Fraction(units_of(value), 1 << UNIT_BITS) == Fraction(value)


def test_what_cannot_be_added_is_refused() -> None:
    with pytest.raises(OverflowError, match="too large"):
        Sums(1).add(np.array([2.0**1000]), Groups.single(1))
    with pytest.raises(ValueError, match="cannot be merged"):
        Sums(1).merge(Sums(2))
    assert (Sums(1) == 0) is False
