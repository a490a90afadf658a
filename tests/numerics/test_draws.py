"""Weights are Poisson(1), and those of rows and replicates have nothing to do with each other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xentcli.numerics.draws import DRAWS, MOST, Draws
from xentcli.numerics.hashing import counted, mixed

ROWS, REPLICATES = 20_000, 400


def hashes(n: int, start: int = 0) -> np.typing.NDArray[np.uint64]:
    return mixed(np.arange(start, start + n, dtype=np.uint64))


@pytest.fixture(scope="module")
def weights() -> np.typing.NDArray[np.float64]:
    return Draws(REPLICATES, 0).weights(hashes(ROWS), 0, REPLICATES)


def test_the_table_has_the_moments_of_a_poisson_of_mean_one() -> None:
    assert len(DRAWS) == MOST + 1
    assert sum(DRAWS) == 1 << 16
    assert sum(k * n for k, n in enumerate(DRAWS)) == 1 << 16
    assert sum(k * k * n for k, n in enumerate(DRAWS)) == 2 << 16
    for k, n in enumerate(DRAWS):
        assert abs(n / 65536 - math.exp(-1) / math.factorial(k)) < 1e-4


def test_weights_occur_as_often_as_the_table_says(
    weights: np.typing.NDArray[np.float64],
) -> None:
    found = np.bincount(weights.astype(np.int64).reshape(-1), minlength=MOST + 1)
    expected = np.array(DRAWS) / 65536 * weights.size
    assert len(found) == MOST + 1
    assert float(((found - expected) ** 2 / expected).sum()) < 26  # χ² of 8 degrees, p = 0.001


@pytest.mark.parametrize("axis", [0, 1], ids=["replicates", "rows"])
def test_no_two_have_to_do_with_each_other(
    axis: int, weights: np.typing.NDArray[np.float64]
) -> None:
    some = weights[:, :300].T if axis == 0 else weights[:300]
    n = some.shape[1]
    pairs = np.asarray(np.corrcoef(some))[np.triu_indices(300, 1)] * math.sqrt(n)
    # As many as 44,850 correlations, which are nearly normal.
    assert abs(pairs.mean()) < 4 / math.sqrt(len(pairs))
    assert abs(pairs.var() - 1) < 0.05
    assert np.abs(pairs).max() < 6


def test_rows_whose_hashes_differ_by_one_bit_have_nothing_to_do_with_each_other() -> None:
    near = np.uint64(1) << np.arange(64, dtype=np.uint64)
    found = np.corrcoef(Draws(4000, 0).weights(np.append(near, np.uint64(0)), 0, 4000))
    assert np.abs(found - np.eye(65)).max() < 6 / math.sqrt(4000)


@given(
    seed=st.integers(0, 2**64 - 1),
    few=st.integers(1, 40),
    more=st.integers(0, 40),
    start=st.integers(0, 5),
)
def test_a_replicate_is_the_same_however_many_there_are(
    seed: int, few: int, more: int, start: int
) -> None:
    every = Draws(few + more, seed).weights(hashes(7), 0, few + more)
    first = min(4 * start, few)
    first -= first % 4
    assert np.array_equal(Draws(few, seed).weights(hashes(7), first, few), every[:, first:few])


def test_a_row_has_the_same_weights_wherever_it_stands() -> None:
    draws = Draws(12, 3)
    every = draws.weights(hashes(50), 0, 12).copy()
    assert np.array_equal(draws.weights(hashes(50)[::-1], 0, 12), every[::-1])
    assert np.array_equal(draws.weights(hashes(3, 20), 0, 12), every[20:23])


def test_seeds_differ() -> None:
    a, b = (Draws(1000, seed).weights(hashes(20), 0, 1000) for seed in (0, 1))
    assert abs(np.asarray(np.corrcoef(a.reshape(-1), b.reshape(-1)))[0, 1]) < 0.03


def test_counted_numbers_are_all_different() -> None:
    assert len(set(counted(0, 1000).tolist()) | set(counted(1, 1000).tolist())) == 2000
