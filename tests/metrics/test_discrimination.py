"""Discrimination: nothing without order, everything with a perfect one, blind to recalibration."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.laws.rows import rows_of
from tests.metrics.cases import random_rows
from tests.metrics.test_miscalibration import part


def test_the_order_of_scores_is_all_it_depends_on() -> None:
    rows = random_rows(1, n=300, single=True)
    moved = rows.but(raw=np.sqrt(rows.raw) / 2)
    assert part("discrimination", rows) == part("discrimination", moved)


def test_a_perfect_order_takes_all_of_the_uncertainty() -> None:
    rows = rows_of([0, 0, 1, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.5])
    assert part("discrimination", rows) == part("uncertainty", rows)


def test_a_constant_score_takes_nothing() -> None:
    rows = rows_of([0, 0, 1], [0.9, 0.9, 0.9])
    assert part("discrimination", rows) == 0.0


def test_no_order_is_worse_than_none() -> None:
    rows = rows_of([1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9])
    assert part("discrimination", rows) == 0.0
    loss = -(2 * math.log(0.1) + 2 * math.log(0.2)) / 4
    assert part("miscalibration", rows) == pytest.approx(loss - math.log(2), rel=1e-14)
