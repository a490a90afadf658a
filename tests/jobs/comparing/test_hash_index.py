"""Where a hash stands among others, also where these begin alike, or are the same."""

from __future__ import annotations

import numpy as np
import pytest

from xentcli.jobs.comparing import hash_index
from xentcli.jobs.comparing.hash_index import HashIndex

TOP = (1 << 64) - 1
SPREAD = np.random.default_rng(1).integers(0, TOP, 5000, dtype=np.uint64)
# Hashes whose first bits tell nothing, in no order.
ALIKE = np.random.default_rng(2).permutation(np.arange(3000, dtype=np.uint64))
CASES = {
    "spread": SPREAD,
    "alike": ALIKE,
    "both": np.concatenate((ALIKE, SPREAD)),
    "ends": np.array([TOP, 0, TOP - 1, 1], dtype=np.uint64),
    "one": np.array([9], dtype=np.uint64),
    "none": np.array([], dtype=np.uint64),
}


@pytest.fixture(params=[7, 1 << 20])
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few hashes at a time, and many."""
    monkeypatch.setattr(hash_index, "_PIECE", request.param)


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("case", CASES)
def test_what_is_there_is_found_and_nothing_else(case: str) -> None:
    hashes = CASES[case]
    index = HashIndex(hashes)
    assert len(index) == len(hashes)
    rows, there = index.find(hashes)
    assert there.all()
    np.testing.assert_array_equal(rows, np.arange(len(hashes)))
    known = set(hashes.tolist())
    others = {*(hashes + np.uint64(1)).tolist(), *(hashes - np.uint64(1)).tolist(), 0, TOP, 5}
    absent = np.array(sorted(others - known), dtype=np.uint64)
    rows, there = index.find(absent)
    assert not there.any()
    assert index.twins().shape == (2, 0)
    assert ((rows >= 0) & (rows < max(1, len(hashes)))).all()


@pytest.mark.usefixtures("piece")
def test_twins_are_told_in_the_order_of_the_data() -> None:
    # Between the twins lies another that begins as they do.
    hashes = np.array([5, 3, 5, *SPREAD[:100].tolist(), 3, 5], dtype=np.uint64)
    earlier, later = HashIndex(hashes).twins()
    assert sorted(zip(earlier.tolist(), later.tolist(), strict=True)) == [
        (0, 2),
        (1, 103),
        (2, 104),
    ]
