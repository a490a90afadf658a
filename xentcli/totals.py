"""Reading figures off the sums: means, their standard errors and intervals, exactly.

Sums are whole numbers of 2^-1074 (see exact.py), so means and variances are quotients of
whole numbers, rounded once: no more is lost than each row's own square, or product with its
weight, lost when it was rounded.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.elementary import exp, log
from xentcli.exact import UNIT_BITS, ratio
from xentcli.options import Base
from xentcli.report import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xentcli.statistic import State

# Where the rounding of the terms themselves (2^-53 for a square, some times that for products
# with weights) is all that is left of a variance, it is zero.
_SQUARES_ROUNDING, _PRODUCTS_ROUNDING = 52, 48

_Z = {0.9: 1.6448536269514722, 0.95: 1.9599639845400536, 0.99: 2.5758293035489004}


class Estimate(NamedTuple):
    """A figure and its standard error, either of which may be undefined."""

    value: float | None
    stderr: float | None = None


class Totals:
    """The sums of a run as figures, for metrics to be computed from.

    `weighted` tells whether rows have weights of their own. Everywhere, `group` is the
    number of a class, or None for all classes together.
    """

    def __init__(
        self,
        state: State,
        *,
        weighted: bool,
        base: Base = Base.E,
        confidence: float = 0.95,
    ) -> None:
        self.state = state
        self.k = state.k
        self.weighted = weighted
        self.base = base
        self.confidence = confidence
        self._units: dict[str, list[int]] = {}

    def units(self, key: str, group: int | None = None) -> int:
        """A sum as a whole number of 2^-1074, infinite terms left out."""
        if key not in self._units:
            self._units[key] = self.state.of(key).units()
        units = self._units[key]
        return sum(units) if group is None else units[group]

    def infinite(self, key: str, group: int | None = None) -> int:
        """How many infinite terms a sum was given."""
        counts = self.state.of(key).infinite
        return int(counts.sum() if group is None else counts[group])

    def total(self, key: str, group: int | None = None) -> float:
        """A sum as a float64."""
        if self.infinite(key, group):
            return math.inf
        return ratio(self.units(key, group), 1 << UNIT_BITS)

    def rows(self, group: int | None = None) -> int:
        """The number of rows."""
        return self.units("rows", group) >> UNIT_BITS

    def weight_units(self, group: int | None = None) -> int:
        """Σw as a whole number of 2^-1074."""
        return self.units("weight" if self.weighted else "rows", group)

    def occurs(self, group: int) -> bool:
        """Whether a class has any weight."""
        return self.weight_units(group) > 0

    def weight(self, group: int | None = None) -> float:
        """Σw: the number of rows where rows have no weights."""
        return ratio(self.weight_units(group), 1 << UNIT_BITS)

    def quotient(self, numerator: str, group: int | None, denominator: int) -> float | None:
        """A sum divided by a whole number of 2^-1074; None where that is zero."""
        if denominator == 0:
            return None
        if self.infinite(numerator, group):
            return math.inf
        return ratio(self.units(numerator, group), denominator)

    def mean(self, key: str, group: int | None = None) -> Estimate:
        """Σwx/Σw and its standard error, for sums made by `statistic.moments(key, …)`.

        sd/√n without weights, √(Σw²(x - mean)²)/Σw with; None for fewer than two rows and
        where a term is infinite.
        """
        value = self.quotient(key, group, self.weight_units(group))
        counted = self.units("weight.rows" if self.weighted else "rows", group) >> UNIT_BITS
        if value is None or math.isinf(value) or counted < 2:
            return Estimate(value)
        if self.infinite(f"{key}.squares", group):
            return Estimate(value)
        return Estimate(value, math.sqrt(self._variance_of_mean(key, group)))

    def _variance_of_mean(self, key: str, group: int | None) -> float:
        s, squares = self.units(key, group), self.units(f"{key}.squares", group)
        if not self.weighted:
            n = self.rows(group)
            whole = n * squares << UNIT_BITS
            spread = _significant(whole - s * s, whole >> _SQUARES_ROUNDING)
            return ratio(spread, n * n * (n - 1) << 2 * UNIT_BITS)
        w, cross = self.weight_units(group), self.units(f"{key}.cross", group)
        whole = squares * w * w
        spread = whole - 2 * s * w * cross + s * s * self.units("weight.squares", group)
        return ratio(_significant(spread, whole >> _PRODUCTS_ROUNDING) << UNIT_BITS, w**4)

    def quotient_of_weight(self, k: int) -> float | None:
        """The share of class k in the weight; None where there is no weight at all."""
        whole = self.weight_units()
        return ratio(self.weight_units(k), whole) if whole else None

    @cached_property
    def z(self) -> float:
        """The normal quantile that the confidence asks for."""
        known = _Z.get(self.confidence)
        if known is not None:
            return known
        from statistics import NormalDist

        return NormalDist().inv_cdf((1 + self.confidence) / 2)

    def figure(self, estimate: Estimate, unit: str | None = None, scale: float = 1.0) -> Value:
        """The value ± z standard errors, both divided by `scale`."""
        if estimate.value is None:
            return Value(None, unit=unit)
        value = estimate.value / scale
        if estimate.stderr is None:
            return Value(value, unit=unit)
        stderr = estimate.stderr / scale
        low, high = value - self.z * stderr, value + self.z * stderr
        return Value(value, stderr, (low, high), self.confidence, unit)

    def proportion(self, value: float | None, n: float | None) -> Value:
        """A share of `n` (effective) rows, with E. B. Wilson's interval (1927).

        It stays within [0, 1], and is not empty where the share is 0 or 1.
        """
        if value is None or n is None or n < 2:
            return Value(value)
        z2 = self.z**2
        centre = (value + z2 / (2 * n)) / (1 + z2 / n)
        half = self.z / (1 + z2 / n) * math.sqrt(value * (1 - value) / n + z2 / (4 * n * n))
        # At 0 and 1 the ends are the shares themselves, whatever the rounding.
        interval = (min(value, max(0.0, centre - half)), max(value, min(1.0, centre + half)))
        if value in (0.0, 1.0):
            interval = (0.0, interval[1]) if value == 0.0 else (interval[0], 1.0)
        return Value(value, math.sqrt(value * (1 - value) / n), interval, self.confidence)

    def effective_rows(self, group: int | None = None) -> float | None:
        """(Σw)²/Σw²: how many rows of one weight would tell as much."""
        if not self.weighted:
            return float(self.rows(group))
        w, squares = self.weight_units(group), self.units("weight.squares", group)
        return ratio(w * w, squares << UNIT_BITS) if squares else None


def _significant(spread: int, rounding: int) -> int:
    """A difference of sums of squares; zero where it is within the rounding of the terms."""
    return 0 if spread <= rounding else spread


def exponential(x: float) -> float:
    """e to the power of x, with the same bits on every machine."""
    return float(exp(np.array([x]))[0])


def natural_log(x: float) -> float:
    """ln x, with the same bits on every machine."""
    return float(log(np.array([x]))[0])


def mean_of(values: Iterable[float | None]) -> float | None:
    """The plain mean of the defined ones; None where there are none."""
    defined = [v for v in values if v is not None]
    return math.fsum(defined) / len(defined) if defined else None
