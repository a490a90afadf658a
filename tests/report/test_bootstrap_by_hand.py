"""What is made of the replicates' figures, worked out by hand."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from xentcli.figures.values import Value
from xentcli.layout.layout import Identity, Kind
from xentcli.report.bootstrap import multiplicity, quantile, spread, together


def test_clusters_are_told_of_by_no_finding() -> None:
    rows = [90, 150, 60, 120, 180, 30] * 20
    parts: Any = [SimpleNamespace(rows=lambda n=n: n) for n in rows]
    report: Any = SimpleNamespace(source=SimpleNamespace(rows=100, paths=("x.csv",)))
    assert together(Identity(Kind.CLUSTER, ("patient",)), parts, report) == ()
    (finding,) = together(Identity(Kind.ID, ("patient",)), parts, report)
    assert finding.code == "repeated-id"


def test_errors_by_hand() -> None:
    bare = Value(0.0, unit="nats")
    assert spread(bare, [4.0, 1.0, 2.0, 1.0], 0.5) == Value(
        0.0, math.sqrt(2.0), (1.0, 2.5), 0.5, "nats"
    )
    assert spread(bare, [3.0] * 30, 0.95) == Value(0.0, 0.0, (3.0, 3.0), 0.95, "nats")
    # One in twenty may be missing.
    assert spread(bare, [*range(19), None], 0.95).stderr is not None
    assert spread(bare, [*range(18), None, math.inf], 0.95) == bare
    assert spread(bare, [1.0], 0.95) == bare


@pytest.mark.parametrize("p", [0.0, 0.025, 0.31, 0.5, 1.0])
def test_quantiles_are_those_of_numpy(p: float) -> None:
    numbers = np.sort(np.random.default_rng(0).normal(size=41))
    assert quantile(numbers.tolist(), p) == pytest.approx(float(np.quantile(numbers, p)), abs=1e-14)


def test_multiplicity_is_the_variance_of_the_rows() -> None:
    rows = np.random.default_rng(0).integers(90, 110, 30)
    assert multiplicity(rows.tolist(), 50) == pytest.approx(rows.var(ddof=1) / 50)
    assert multiplicity([0, 0], 0) == 0.0
