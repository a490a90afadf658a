"""Tails and quantiles against mpmath, Holm's correction against its definition."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xentcli.numerics.distributions import holm, normal_tails, student_quantile, student_tails


@pytest.mark.parametrize("z", [0.0, 1e-8, 0.3, 1.0, 1.9599639845400536, 2.8, 2.9, 5.0, 12.0, 37.0])
def test_normal_tails_are_those_of_mpmath(z: float) -> None:
    with mpmath.workdps(40):
        wanted = float(mpmath.erfc(mpmath.mpf(z) / mpmath.sqrt(2)))
    assert normal_tails(np.array([z, -z])) == pytest.approx([wanted, wanted], rel=1e-12)


def reference(t: float, df: float) -> float:
    with mpmath.workdps(60):
        x = mpmath.mpf(df) / (mpmath.mpf(df) + mpmath.mpf(t) ** 2)
        return float(mpmath.betainc(mpmath.mpf(df) / 2, mpmath.mpf("0.5"), 0, x, regularized=True))


@pytest.mark.parametrize("df", [1, 1.5, 2, 3, 4.7, 10, 29, 100.25, 450, 501, 700, 5000.5])
@pytest.mark.parametrize("t", [0.0, 0.01, 0.7, 1.0, 1.7, 2.0, 3.3, 6.0])
def test_student_tails_are_those_of_mpmath(t: float, df: float) -> None:
    assert student_tails(np.array([t]), df)[0] == pytest.approx(reference(t, df), rel=2e-11)


def test_tails_at_the_ends() -> None:
    t = np.array([np.inf, -np.inf, np.nan, 1.0, 1.0, 1.0])
    df = np.array([3.0, 900.0, 3.0, 0.0, np.nan, np.inf])
    tails = student_tails(t, df)
    assert tails[:2].tolist() == [0.0, 0.0]
    assert np.isnan(tails[2:5]).all()
    assert tails[5] == normal_tails(np.array([1.0]))[0]


@pytest.mark.parametrize("df", [1, 2, 5.5, 30, 499, 2000])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_quantiles_undo_tails(df: float, confidence: float) -> None:
    t = student_quantile(confidence, df)
    assert reference(t, df) == pytest.approx(1 - confidence, rel=1e-10)


def test_the_quantile_of_many_is_the_normal_one() -> None:
    assert student_quantile(0.95, math.inf) == pytest.approx(1.959963984540054, rel=1e-15)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_is_its_definition(p: list[float]) -> None:
    adjusted = holm(np.array(p))
    ranked = sorted(range(len(p)), key=lambda i: p[i])
    worst = 0.0
    for rank, i in enumerate(ranked):
        worst = max(worst, min(1.0, p[i] * (len(p) - rank)))
        assert adjusted[i] == worst


def test_holm_leaves_what_was_not_tested() -> None:
    assert holm(np.array([0.02, np.nan, 0.01]))[[0, 2]].tolist() == [0.02, 0.02]
    assert np.isnan(holm(np.array([np.nan, 0.5]))[0])
