"""Student's and the normal distribution, and Holm's correction: how surprising a difference is.

Made of the elementary functions of this package, so the bits are the same on every machine.
"""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.numerics.elementary import exp, log1p

if TYPE_CHECKING:
    from xentcli.numerics.arrays import Floats


_ROOT_PI = 1.7724538509055159
_ROOT_2 = 1.4142135623730951
# From so many degrees of freedom on, Hill's expansion has all digits.
_MANY = 500.0
_TINY = 1e-300


def normal_tails(z: Floats) -> Floats:
    """P(|Z| > |z|) of a standard normal Z: erfc(|z|/√2).

    >>> [round(float(p), 6) for p in normal_tails(np.array([0.0, 1.959963984540054, -3.0]))]
    [1.0, 0.05, 0.0027]
    """
    x = np.abs(np.asarray(z, dtype=np.float64)) / _ROOT_2
    p = np.where(np.isnan(x), np.nan, 0.0)
    near = x < 2.0
    p[near] = 1.0 - _erf_series(x[near])
    far = (x >= 2.0) & (x < 40.0)
    p[far] = _erfc_fraction(x[far])
    return p


def _erf_series(x: Floats) -> Floats:
    """2/√π exp(-x²) Σ 2^n x^(2n+1) / (2n+1)!!, whose terms are all of one sign."""
    square = x * x
    term = x.copy()
    total = x.copy()
    for n in range(1, 60):
        term = term * (square * (2.0 / (2 * n + 1)))
        total = total + term
    return 2.0 / _ROOT_PI * exp(-square) * total


def _erfc_fraction(x: Floats) -> Floats:
    """exp(-x²)/√π / (x + ½/(x + 1/(x + 3/2/(x + …)))), from the far end."""
    below = x.copy()
    for n in range(120, 0, -1):
        below = x + 0.5 * n / below
    return exp(-x * x) / (_ROOT_PI * below)


def student_tails(t: Floats, df: Floats | float) -> Floats:
    """P(|T| > |t|) of Student's T with `df` degrees of freedom; NaN where one is NaN or df ≤ 0.

    >>> [round(float(p), 6) for p in student_tails(np.array([0.0, 2.2281388519649385]), 10.0)]
    [1.0, 0.05]
    """
    t, df = np.broadcast_arrays(np.abs(np.asarray(t, dtype=np.float64)), df)
    p = np.full(t.shape, np.nan)
    known = ~np.isnan(t) & (df > 0)
    p[known & np.isinf(t)] = 0.0
    many = known & np.isfinite(t) & (df > _MANY)
    p[many] = normal_tails(_hill(t[many], df[many]))
    few = known & np.isfinite(t) & (df <= _MANY)
    p[few] = _beta_tails(t[few], df[few])
    return p


def _hill(t: Floats, df: Floats) -> Floats:
    """The normal quantile with the same tails (G. W. Hill 1970, algorithm 395)."""
    a = df - 0.5
    b = 48.0 * a * a
    with np.errstate(invalid="ignore"):
        y = np.where(np.isinf(df), t * t, a * log1p(t * t / df))
        bend = ((-0.4 * y - 3.3) * y - 24.0) * y - 85.5
        rise = (bend / (0.8 * y * y + 100.0 + b) + y + 3.0) / b
    return (np.where(np.isinf(df), 0.0, rise) + 1.0) * np.sqrt(y)


def _beta_tails(t: Floats, df: Floats) -> Floats:
    """The regularised incomplete beta function I_x(df/2, 1/2) at x = df/(df + t²)."""
    a = 0.5 * df
    square = t * t
    x, rest = df / (df + square), square / (df + square)
    # x^a √(1-x) / B(a, 1/2)
    front = exp(-a * log1p(square / df)) * np.sqrt(rest) * _gamma_quotient(a) / _ROOT_PI
    direct = x < (a + 1.0) / (a + 2.5)
    p = np.empty_like(x)
    p[direct] = front[direct] * _fraction(a[direct], 0.5, x[direct]) / a[direct]
    other = ~direct
    p[other] = (
        1.0 - front[other] * _fraction(np.full(a[other].shape, 0.5), a[other], rest[other]) * 2
    )
    return p


def _gamma_quotient(a: Floats) -> Floats:
    """Γ(a + 1/2)/Γ(a): by its expansion for large a, to which smaller ones are brought up."""
    factor = np.ones_like(a)
    for _ in range(30):
        small = a < 30.0
        factor = np.where(small, factor * (a / (a + 0.5)), factor)
        a = np.where(small, a + 1.0, a)
    i = 1.0 / a
    series = 1 + i * (
        -1 / 8 + i * (1 / 128 + i * (5 / 1024 + i * (-21 / 32768 + i * (-399 / 262144))))
    )
    return factor * np.sqrt(a) * series


def _fraction(a: Floats, b: Any, x: Floats) -> Floats:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    result = np.empty_like(x)
    if not len(x):
        return result  # which no round would find at its end
    left = np.arange(len(x))
    b = np.broadcast_to(b, x.shape)
    c = np.ones_like(x)
    d = 1.0 / _nonzero(1.0 - (a + b) * x / (a + 1.0))
    total = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1.0 / _nonzero(1.0 + even * d), _nonzero(1.0 + even / c)
        total = total * (d * c)
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1.0 / _nonzero(1.0 + odd * d), _nonzero(1.0 + odd / c)
        step = d * c
        total = total * step
        # Each goes its own way to its end, so none depends on the others' company.
        going = np.abs(step - 1.0) > 1e-15
        if not going.all():
            result[left[~going]] = total[~going]
            if not going.any():
                break
            left = left[going]
            a, b, x, c, d, total = (v[going] for v in (a, b, x, c, d, total))
    else:
        result[left] = total
    return result


def _nonzero(x: Floats) -> Floats:
    return np.where(np.abs(x) < _TINY, _TINY, x)


@cache
def student_quantile(confidence: float, df: float) -> float:
    """The t with P(|T| ≤ t) = `confidence`, for Student's T with `df` degrees of freedom.

    >>> round(student_quantile(0.95, 10), 12), round(student_quantile(0.95, math.inf), 12)
    (2.228138851986, 1.95996398454)
    """
    target = 1.0 - confidence
    # The tail is convex beyond 0, so Newton's steps go up to the quantile from below.
    t = NormalDist().inv_cdf(0.5 + 0.5 * confidence)
    if math.isinf(df):
        return t
    for _ in range(100):
        step = (float(student_tails(np.array([t]), df)[0]) - target) / (2.0 * _density(t, df))
        if step <= 1e-15 * t:
            break
        t += step
    return t


def _density(t: float, df: float) -> float:
    half = np.array([0.5 * df])
    power = exp(-(half + 0.5) * log1p(np.array([t * t / df])))
    return float((_gamma_quotient(half) * power)[0]) / (_ROOT_PI * math.sqrt(df))


def holm(p: Floats) -> Floats:
    """P values corrected for their number by S. Holm's step-down method (1979); NaN stays NaN.

    The i-th smallest of m is multiplied by m - i + 1, and none may fall below a smaller one.

    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = np.arange(len(order), 0, -1, dtype=np.float64)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * factors))
    return adjusted
