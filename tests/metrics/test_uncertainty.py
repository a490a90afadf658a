"""Uncertainty: the entropy of the labels, whatever the scores."""

from __future__ import annotations

import math

import pytest

from tests.laws.rows import rows_of
from tests.metrics.cases import random_rows
from tests.metrics.test_miscalibration import part


def test_by_hand() -> None:
    rows = rows_of([1, 0, 0, 0], [0.3, 0.2, 0.9, 0.5])
    expected = -(math.log(0.25) + 3 * math.log(0.75)) / 4
    assert part("uncertainty", rows) == pytest.approx(expected, rel=1e-15)
    weighted = rows.but(weights=rows_of([0] * 4, [0.5] * 4, weights=[3, 1, 1, 1]).weights)
    assert part("uncertainty", weighted) == pytest.approx(math.log(2), rel=1e-15)


def test_one_class_alone_is_certain() -> None:
    assert part("uncertainty", rows_of([1, 1], [0.3, 0.6])) == 0.0


def test_scores_do_not_matter() -> None:
    rows = random_rows(2, n=100, single=True)
    assert part("uncertainty", rows) == part("uncertainty", rows.but(raw=rows.raw[::-1].copy()))
