"""Miscalibration: by hand, and against scikit-learn's isotonic regression."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.laws.rows import Rows, rows_of
from tests.metrics import decomposed
from tests.metrics.cases import random_rows
from xentcli.errors import UsageError
from xentcli.metrics import fitting, request
from xentcli.options import Base

if TYPE_CHECKING:
    from tests.laws.kinds import Figures


def part(name: str, rows: Rows, base: Base = Base.E) -> float | None:
    """One part of the loss."""
    (wanted,) = request([name])
    found: Figures = rows.measure(wanted, base)
    assert found.classes == (None, None)
    assert found.overall is not None
    assert found.overall.unit == base.unit
    return found.overall.value


def test_by_hand() -> None:
    # 0.5 and 0.6 are in the wrong order: together, one in two comes true.
    rows = rows_of([0, 1, 0, 1], [0.25, 0.5, 0.6, 0.75])
    loss = -(2 * math.log(0.75) + math.log(0.5) + math.log(0.4)) / 4
    best = 2 * math.log(2) / 4
    assert part("miscalibration", rows) == pytest.approx(loss - best, rel=1e-14)
    assert part("discrimination", rows) == pytest.approx(math.log(2) - best, rel=1e-14)
    assert part("uncertainty", rows) == pytest.approx(math.log(2), rel=1e-14)
    assert part("uncertainty", rows, Base.TWO) == pytest.approx(1.0, rel=1e-14)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("ties", [True, False])
def test_against_scikit_learn(seed: int, weighted: bool, single: bool, ties: bool) -> None:
    rows = random_rows(seed, n=400, k=2, single=single, weighted=weighted, spread=1.0)
    if ties:
        rows = rows.but(raw=np.round(rows.raw, 2).clip(0.01, 0.99))
    expected = decomposed.parts_of(rows)
    for name in ("miscalibration", "discrimination", "uncertainty"):
        assert part(name, rows) == pytest.approx(getattr(expected, name), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("positive", [0, 1])
def test_the_parts_make_the_loss(positive: int) -> None:
    rows = random_rows(3, n=500, single=True).but(positive=positive)
    names = ("cross_entropy", "miscalibration", "discrimination", "uncertainty")
    (loss,) = request(["cross_entropy"])
    whole = rows.measure(loss).overall
    assert whole is not None
    mis, disc, unc = (part(name, rows) for name in names[1:])
    assert mis is not None
    assert disc is not None
    assert unc is not None
    assert whole.value == pytest.approx(mis - disc + unc, rel=1e-14)


def test_the_ends_are_told_apart_to_the_last_bit() -> None:
    # Next to 1 as next to 0: 1e-300 beside 2e-300, and their complements in columns of their own.
    rows = rows_of([0, 1, 0, 1], [[1, 1e-300], [1, 2e-300], [2e-300, 1], [1e-300, 1]])
    assert part("discrimination", rows) == pytest.approx(math.log(2) / 2, rel=1e-14)


def test_an_infinite_loss_is_all_miscalibration() -> None:
    rows = rows_of([1, 0, 1], [0.0, 0.5, 0.5])
    assert part("miscalibration", rows) == math.inf
    assert part("uncertainty", rows) is not None


def test_it_is_for_two_classes() -> None:
    from tests.laws.kinds import layout_for  # the layout that requests are checked with
    from xentcli.options import TargetKind

    with pytest.raises(UsageError, match="two classes"):
        fitting(request(["miscalibration"]), layout_for(TargetKind.CLASS, 3), chosen=True)
