"""Independent references: losses by mpmath, means by fractions, errors in two passes.

Nothing here is taken from the program. A score is what its float says, read exactly; every
figure is computed to some fifty digits and rounded once at the end.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.laws.rows import Rows

DIGITS = 60


def _exact(value: mpmath.mpf) -> Fraction:
    sign, mantissa, exponent, _ = value._mpf_
    whole = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return -whole if sign else whole


def _log(p: float) -> Any:
    return mpmath.log(mpmath.mpf(p)) if p else mpmath.mpf("-inf")


def _log_complement(p: float) -> Any:
    return mpmath.log1p(-mpmath.mpf(p)) if p < 1 else mpmath.mpf("-inf")


def _log_without(z: Any) -> Any:
    """log(1 - e^z), in the form that keeps its digits."""
    if z == 0:
        return mpmath.mpf("-inf")
    return mpmath.log1p(-mpmath.exp(z)) if z < -1 else mpmath.log(-mpmath.expm1(z))


def _softplus(x: Any) -> Any:
    """log(1 + e^x)."""
    return mpmath.log1p(mpmath.exp(x)) if x < 0 else x + mpmath.log1p(mpmath.exp(-x))


def _log_softmax(z: Sequence[float], k: int) -> Any:
    if z[k] == -math.inf:
        return mpmath.mpf("-inf")
    others = [mpmath.mpf(x) - mpmath.mpf(z[k]) for i, x in enumerate(z) if i != k and x > -math.inf]
    largest = max(others, default=mpmath.mpf("-inf"))
    if largest <= 0:
        return -mpmath.log1p(mpmath.fsum(mpmath.exp(d) for d in others))
    total = mpmath.exp(-largest) + mpmath.fsum(mpmath.exp(d - largest) for d in others)
    return -(largest + mpmath.log(total))


def log_probability(rows: Rows, row: int, k: int) -> Any:
    """The logarithm of the probability that a row gives to class k."""
    if rows.raw.ndim == 1:
        score, own = float(rows.raw[row]), k == rows.positive
        match rows.scale:
            case "probability":
                return _log(score) if own else _log_complement(score)
            case "logit":
                return -_softplus(-mpmath.mpf(score) if own else mpmath.mpf(score))
            case _:
                return mpmath.mpf(score) if own else _log_without(mpmath.mpf(score))
    scores = [float(x) for x in rows.raw[:, row]]
    match rows.scale:
        case "probability":
            return _log(scores[k])
        case "logit":
            return _log_softmax(scores, k)
        case _:
            return mpmath.mpf(scores[k])


def probability(rows: Rows, row: int, k: int) -> Any:
    """The probability that a row gives to class k."""
    with mpmath.workdps(DIGITS):
        return mpmath.exp(log_probability(rows, row, k))


def losses(rows: Rows) -> list[Fraction | float]:
    """-log p of each row's true class to fifty digits; inf where p is 0."""
    found: list[Fraction | float] = []
    with mpmath.workdps(DIGITS):
        for row, k in enumerate(rows.truth.tolist()):
            loss = -log_probability(rows, row, k)
            found.append(math.inf if loss == mpmath.inf else _exact(loss))
    return found


def weights(rows: Rows) -> list[Fraction]:
    """The weights, 1 where there are none."""
    if rows.weights is None:
        return [Fraction(1)] * len(rows)
    return [Fraction(float(w)) for w in rows.weights]


def mean(x: Sequence[Fraction | float], w: Sequence[Fraction]) -> float:
    """Σwx/Σw of exact numbers, rounded once."""
    pairs = [(a, b) for a, b in zip(w, x, strict=True) if a]
    if any(isinstance(b, float) for _, b in pairs):
        return math.inf
    return float(sum(a * b for a, b in pairs) / sum(w))


def stderr(x: Sequence[Fraction], w: Sequence[Fraction] | None) -> float:
    """sd/√n without weights, √(Σw²(x - m)²)/Σw with: in two passes over exact numbers."""
    if w is None:
        n = len(x)
        m = sum(x) / n
        square = sum((a - m) ** 2 for a in x) / (n * (n - 1))
    else:
        m = sum(a * b for a, b in zip(w, x, strict=True)) / sum(w)
        square = sum(a * a * (b - m) ** 2 for a, b in zip(w, x, strict=True)) / sum(w) ** 2
    with mpmath.workdps(DIGITS):
        square = Fraction(square)
        return float(mpmath.sqrt(mpmath.mpf(square.numerator) / mpmath.mpf(square.denominator)))


def finite(x: Sequence[Fraction | float]) -> list[Fraction]:
    """The same numbers, none of which is infinite."""
    assert all(isinstance(a, Fraction) for a in x)
    return [Fraction(a) for a in x]


def of_class(rows: Rows, k: int) -> Rows:
    """The rows whose true class is k."""
    return rows.take(np.flatnonzero(rows.truth == k))


def ulps(found: float | None, exact: float) -> float:
    """How many units in the last place two floats are apart."""
    assert found is not None
    if found == exact:
        return 0.0
    return abs(found - exact) / math.ulp(exact)


def wilson(share: float, n: float, z: float) -> tuple[float, float]:
    """The p with |share - p| = z √(p (1-p)/n): both roots of a quadratic, by mpmath."""
    with mpmath.workdps(DIGITS):
        s, m, q = mpmath.mpf(share), mpmath.mpf(n), mpmath.mpf(z) ** 2
        a, b = 1 + q / m, s + q / m / 2
        root = mpmath.sqrt(b * b - a * s * s)
        return float((b - root) / a), float((b + root) / a)
