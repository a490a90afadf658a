"""Mean probability of each class over all rows."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from tests.laws.rows import rows_of
from tests.metrics import oracle
from tests.metrics.cases import KINDS, SCALES, by_class, measure, random_rows
from xentcli.options import Scale

KEY = "mean_probability"
# Each probability is rounded to a grid no coarser than this before it is added.
GRID = 2.0**-37


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_is_the_mean_to_the_grid(
    scale: Scale, kind: type[np.floating], single: bool, weighted: bool
) -> None:
    rows = random_rows(11, scale, kind=kind, single=single, weighted=weighted)
    w = [float(a) for a in oracle.weights(rows)]
    for k, found in enumerate(by_class(KEY, rows)):
        p = [oracle.probability(rows, row, k) for row in range(len(rows))]
        exact = mpmath.fsum(a * b for a, b in zip(w, p, strict=True)) / mpmath.fsum(w)
        assert found == pytest.approx(float(exact), abs=GRID)
    assert measure(KEY, rows).overall is None


def test_closed_forms() -> None:
    rows = rows_of([0, 1, 2], [[0.5, 0.25, 0.25], [0.25, 0.75, 0.0], [0.0, 0.5, 0.5]])
    assert by_class(KEY, rows) == [0.25, 0.5, 0.25]
    heavy = rows_of([1, 0], [0.25, 0.75], weights=[3, 1])
    assert by_class(KEY, heavy) == [0.625, 0.375]
    assert by_class(KEY, rows_of([1, 0], [0.25, 0.75], positive=0)) == [0.5, 0.5]


def test_infinite_losses_do_not_touch_it() -> None:
    assert by_class(KEY, rows_of([0, 1], [1.0, 0.5])) == [0.25, 0.75]
    rows = rows_of([1, 0], [[-np.inf, 0.0], [0.0, 0.0]], scale=Scale.LOGIT)
    assert by_class(KEY, rows) == [0.25, 0.75]


def test_binary_means_sum_to_one() -> None:
    found = by_class(KEY, random_rows(12, single=True))
    assert sum(x or 0.0 for x in found) == pytest.approx(1.0, abs=2 * GRID)
