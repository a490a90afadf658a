"""Debiased squared calibration error: by hand, from its definition, and unbiased indeed."""

from __future__ import annotations

import numpy as np
import pytest

from tests.laws.rows import rows_of
from tests.metrics import calibrated
from tests.metrics.cases import random_rows, value
from xentcli.metrics import request


def test_by_hand() -> None:
    # One bin of four rows: predicted 0.375, observed 0.5, of which chance explains 0.25/3.
    rows = rows_of([0, 1, 0, 1], [0.375] * 4)
    assert value("squared_ece", rows) == pytest.approx(0.125**2 - 0.25 / 3, rel=1e-15)


def test_a_single_row_says_nothing() -> None:
    assert value("squared_ece", rows_of([1], [0.25])) == 0.0
    # Beside others its weight counts, and it adds nothing.
    rows = rows_of([1, 1, 1], [0.25, 0.75, 0.75])
    assert value("squared_ece", rows) == pytest.approx(2 / 3 * 0.25**2, rel=1e-15)


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize(("k", "single"), [(2, True), (3, False)])
def test_from_its_definition(weighted: bool, k: int, single: bool) -> None:
    rows = random_rows(8, n=400, k=k, single=single, weighted=weighted, spread=1.0)
    (wanted,) = request(["squared_ece(bins=10)"])
    found = rows.measure(wanted)
    for group, part in zip((None, *range(k)), found.every, strict=True):
        assert part is not None
        expected = calibrated.squared_error(calibrated.bins_of(rows, 10, group))
        assert part.value == pytest.approx(expected, rel=1e-8, abs=1e-10)


def test_a_calibrated_model_has_none_on_average() -> None:
    rng = np.random.default_rng(9)
    found = []
    for _ in range(300):
        p = rng.integers(0, 10, 100) / 10 + 0.05
        found.append(value("squared_ece", rows_of(rng.random(100) < p, p)))
    values = np.array(found, dtype=np.float64)
    assert (values < 0).any()
    assert abs(values.mean()) < 4 * values.std() / np.sqrt(len(values))
    # The squared error itself would be some 0.02 here.
    assert abs(values.mean()) < 0.002
