"""From estimates to figures: units, standard errors and intervals of a confidence."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from xentcli.figures.values import Value
from xentcli.numerics.elementary import exp, log

if TYPE_CHECKING:
    from xentcli.figures.values import Estimate
    from xentcli.options import Base

_Z = {0.9: 1.6448536269514722, 0.95: 1.9599639845400536, 0.99: 2.5758293035489004}


class Intervals:
    """Makes figures of estimates: `base` says in which unit, `confidence` how sure."""

    def __init__(self, base: Base, confidence: float) -> None:
        self.base = base
        self.confidence = confidence

    @cached_property
    def z(self) -> float:
        """The normal quantile that the confidence asks for."""
        known = _Z.get(self.confidence)
        if known is not None:
            return known
        from statistics import NormalDist

        return NormalDist().inv_cdf((1 + self.confidence) / 2)

    def reach(self, df: int | None) -> float:
        """How many standard errors an interval reaches: Student's quantile for few clusters."""
        if df is None:
            return self.z
        from xentcli.numerics.distributions import student_quantile

        return student_quantile(self.confidence, df)

    def figure(self, estimate: Estimate, unit: str | None = None, scale: float = 1.0) -> Value:
        """The value and what lies within some standard errors, all divided by `scale`."""
        if estimate.value is None:
            return Value(None, unit=unit)
        value = estimate.value / scale
        if estimate.stderr is None:
            return Value(value, unit=unit)
        stderr = estimate.stderr / scale
        reach = self.reach(estimate.df) * stderr
        return Value(value, stderr, (value - reach, value + reach), self.confidence, unit)

    def proportion(self, value: float | None, n: float | None, df: int | None = None) -> Value:
        """A share of `n` (effective) rows, with E. B. Wilson's interval (1927).

        It stays within [0, 1], and is not empty where the share is 0 or 1.
        """
        if value is None or n is None or n < 2:
            return Value(value)
        z = self.reach(df)
        z2 = z**2
        centre = (value + z2 / (2 * n)) / (1 + z2 / n)
        half = z / (1 + z2 / n) * math.sqrt(value * (1 - value) / n + z2 / (4 * n * n))
        # At 0 and 1 the ends are the shares themselves, whatever the rounding.
        interval = (min(value, max(0.0, centre - half)), max(value, min(1.0, centre + half)))
        if value in (0.0, 1.0):
            interval = (0.0, interval[1]) if value == 0.0 else (interval[0], 1.0)
        return Value(value, math.sqrt(value * (1 - value) / n), interval, self.confidence)

    def exponential(self, loss: Estimate) -> Value:
        """exp of a loss; its interval has the ends of the loss's interval, so it stays above 0."""
        if loss.value is None:
            return Value(None)
        value = exponential(loss.value)
        if loss.stderr is None or math.isinf(value):
            return Value(value)
        reach = self.reach(loss.df) * loss.stderr
        interval = (exponential(loss.value - reach), exponential(loss.value + reach))
        return Value(value, value * loss.stderr, interval, self.confidence)


def exponential(x: float) -> float:
    """e to the power of x, with the same bits on every machine."""
    return float(exp(np.array([x]))[0])


def natural_log(x: float) -> float:
    """ln x, with the same bits on every machine."""
    return float(log(np.array([x]))[0])
