"""Share of the loss: which classes it comes from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from tests.laws.rows import rows_of
from tests.metrics import oracle
from tests.metrics.cases import SCALES, by_class, measure, random_rows

if TYPE_CHECKING:
    from xentcli.options import Scale

KEY = "share"


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("weighted", [True, False])
def test_is_the_exact_part(scale: Scale, weighted: bool) -> None:
    rows = random_rows(10, scale, weighted=weighted)
    whole = sum(
        a * b for a, b in zip(oracle.weights(rows), oracle.finite(oracle.losses(rows)), strict=True)
    )
    shares = by_class(KEY, rows)
    for k, share in enumerate(shares):
        part = oracle.of_class(rows, k)
        own = sum(
            a * b
            for a, b in zip(oracle.weights(part), oracle.finite(oracle.losses(part)), strict=True)
        )
        assert share == pytest.approx(float(own / whole), rel=1e-15, abs=0)
    assert math.fsum(s or 0.0 for s in shares) == pytest.approx(1.0, rel=1e-15, abs=0)
    assert measure(KEY, rows).overall is None


def test_closed_forms() -> None:
    rows = rows_of([0, 1, 1], [[0.5, 0.5], [0.75, 0.25], [0.5, 0.5]])
    assert by_class(KEY, rows) == [0.25, 0.75]
    weighed = rows_of([0, 1, 1], [[0.5, 0.5], [0.75, 0.25], [0.5, 0.5]], weights=[3, 1, 1])
    assert by_class(KEY, weighed) == [0.5, 0.5]
    assert by_class(KEY, rows_of([0, 0], [[0.5, 0.25, 0.25]] * 2)) == [1.0, None, None]


def test_nothing_and_infinity_cannot_be_shared() -> None:
    assert by_class(KEY, rows_of([0, 1], [0.0, 1.0])) == [None, None]
    assert by_class(KEY, rows_of([0, 1], [0.5, 0.0])) == [None, None]
