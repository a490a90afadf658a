"""Bias of each class: by hand, by exact fractions, and z normal under calibration."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.laws.rows import rows_of
from tests.metrics import calibrated, oracle
from tests.metrics.cases import SCALES, measure, random_rows

if TYPE_CHECKING:
    from xentcli.options import Scale


def test_by_hand() -> None:
    rows = rows_of([0, 1, 1, 1], [0.5, 0.5, 0.5, 0.25])
    found = measure("bias", rows)
    assert found.overall is None
    down, up = found.classes
    assert down is not None
    assert up is not None
    assert up.value == (1.75 - 3) / 4
    assert down.value == -up.value
    assert up.stderr == math.sqrt(3 * 0.25 + 0.1875) / 4
    assert up.stderr == down.stderr
    low, high = up.interval or (0.0, 0.0)
    assert (low + high) / 2 == pytest.approx(up.value, rel=1e-15)
    # z = Σ(p - y)/√Σ p (1 - p)
    assert up.value / up.stderr == pytest.approx(-1.25 / math.sqrt(0.9375), rel=1e-15)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("weighted", [True, False])
def test_by_fractions(scale: Scale, weighted: bool) -> None:
    rows = random_rows(10, scale, weighted=weighted)
    p, w = calibrated.probabilities(rows), oracle.weights(rows)
    for k, found in enumerate(measure("bias", rows).classes):
        share = [Fraction(float(x)) for x in p[k]]
        gaps = [x - int(t == k) for x, t in zip(share, rows.truth, strict=True)]
        expected = float(sum(a * b for a, b in zip(w, gaps, strict=True)) / sum(w))
        spread = sum(a * a * b * (1 - b) for a, b in zip(w, share, strict=True))
        assert found is not None
        assert found.value == pytest.approx(expected, abs=1e-11)
        assert found.stderr == pytest.approx(math.sqrt(spread) / sum(w), rel=1e-9)


def test_z_is_normal_where_the_probabilities_are_right() -> None:
    rng = np.random.default_rng(11)
    scores = []
    for _ in range(400):
        p = rng.random(60)
        found = measure("bias", rows_of(rng.random(60) < p, p)).classes[1]
        assert found is not None
        assert found.value is not None
        assert found.stderr
        scores.append(found.value / found.stderr)
    assert abs(np.mean(scores)) < 0.15
    assert np.std(scores) == pytest.approx(1.0, abs=0.12)


def test_certain_and_right_has_no_error() -> None:
    found = measure("bias", rows_of([0, 1], [0.0, 1.0])).classes[1]
    assert found is not None
    assert (found.value, found.stderr) == (0.0, 0.0)
