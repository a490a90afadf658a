"""Reading figures off the sums: means, their standard errors and intervals, exactly.

Sums are whole numbers of 2^-1074 (see exact.py), so means and variances are quotients of
whole numbers, rounded once: no more is lost than each row's own square, or product with its
weight, lost when it was rounded.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from xentcli.elementary import log
from xentcli.exact import ratio, units_of
from xentcli.intervals import Intervals
from xentcli.levels import UNIT_BITS
from xentcli.means import PRODUCTS_ROUNDING, Estimate, Factors, Mean, Over, variance
from xentcli.options import Base, TargetKind
from xentcli.report import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xentcli.rules import Rule


class Readable(Protocol):
    """Sums by name that can be read: those of a run, or of one of its slices."""

    def units(self, key: str) -> list[int]:
        """The sums under a name as whole numbers of 2^-1074, infinite terms left out."""
        ...

    def infinite(self, key: str) -> list[int]:
        """How many infinite terms each was given."""
        ...

    def part(self, key: str) -> Any:
        """What is kept of all rows under a name; None where there is nothing."""
        ...


class Totals(Intervals):
    """The sums of a run as figures, for metrics to be computed from.

    `classes` are the names of classes or labels, `kind` says what is known of the truth,
    `weighted` whether rows have weights of their own, `positive` the class that a single
    score speaks of, `rule` how another system computes its loss, if that is wanted.
    Everywhere, `group` is the number of a class, or None for all classes together.
    """

    def __init__(
        self,
        state: Readable,
        classes: Sequence[str],
        *,
        weighted: bool,
        kind: TargetKind = TargetKind.CLASS,
        positive: int = 1,
        base: Base = Base.E,
        confidence: float = 0.95,
        rule: Rule | None = None,
    ) -> None:
        super().__init__(base, confidence)
        self.state = state
        self.classes = classes
        self.k = len(classes)
        self.kind = kind
        self.row_weighted = weighted
        self.positive = positive
        self.over = Over.ROWS if rule is not None and rule.per_row else Over.WEIGHT
        self.weights_inside = rule is not None and rule.inside
        self.labels_in_mean = self.k if rule is not None and rule.per_label else 1
        self._units: dict[str, list[int]] = {}
        self._infinite: dict[str, list[int]] = {}
        # Class weights by their spelling, made once for all figures (see class_weights).
        self.factors: dict[str, list[float]] = {}

    @property
    def overlapping(self) -> bool:
        """Whether a row counts for several classes, so that all rows have sums of their own."""
        return self.kind in (TargetKind.SOFT, TargetKind.LABELS)

    def weighted(self, group: int | None = None) -> bool:
        """Whether the rows of a class have weights: a part of a row, or those of the data."""
        return self.row_weighted or (self.kind is TargetKind.SOFT and group is not None)

    def units(self, key: str, group: int | None = None) -> int:
        """A sum as a whole number of 2^-1074, infinite terms left out."""
        if key not in self._units:
            self._units[key] = self.state.units(key)
        units = self._units[key]
        if group is not None:
            return units[group]
        return units[-1] if self.overlapping else sum(units)

    def infinite(self, key: str, group: int | None = None) -> int:
        """How many infinite terms a sum was given."""
        if key not in self._infinite:
            self._infinite[key] = self.state.infinite(key)
        counts = self._infinite[key]
        if group is None:
            return counts[-1] if self.overlapping else sum(counts)
        return counts[group]

    def binned(self, key: str, width: int, group: int | None = None) -> list[int]:
        """The `width` sums that a name has for a class, or for all classes together."""
        if key not in self._units:
            self._units[key] = self.state.units(key)
        units = self._units[key]
        if len(units) < self.k * width:
            return [0] * width  # nothing was ever added
        if group is not None:
            return units[group * width : (group + 1) * width]
        return [sum(units[b::width]) for b in range(width)]

    def total(self, key: str, group: int | None = None) -> float:
        """A sum as a float64."""
        if self.infinite(key, group):
            return math.inf
        return ratio(self.units(key, group), 1 << UNIT_BITS)

    def exactly(self, key: str, group: int | None = None) -> tuple[int, int]:
        """A sum as a quotient of whole numbers, infinite terms left out."""
        return self.units(key, group), 1 << UNIT_BITS

    def rows(self, group: int | None = None) -> int:
        """The number of rows."""
        return self.units("rows", group) >> UNIT_BITS

    def weight_units(self, group: int | None = None) -> int:
        """Σw as a whole number of 2^-1074."""
        return self.units("weight" if self.weighted(group) else "rows", group)

    def support_rows(self, group: int) -> int:
        """The rows of a class, or those that have a label."""
        return self.units("support.rows" if self.overlapping else "rows", group) >> UNIT_BITS

    def support_units(self, group: int) -> int:
        """The weight of the rows of a class, or of those that have a label, in 2^-1074."""
        return self.units("support", group) if self.overlapping else self.weight_units(group)

    def support(self, group: int) -> float:
        """The weight of the rows of a class, or of those that have a label."""
        return ratio(self.support_units(group), 1 << UNIT_BITS)

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

    def mean(
        self, key: str, group: int | None = None, *, factors: Factors | None = None
    ) -> Estimate:
        """Σwx/Σw and its standard error, for sums made by `statistic.moments(key, …)`.

        sd/√n without weights, √(Σw²(x - mean)²)/Σw with; None for fewer than two rows and
        where a term is infinite. With `factors`, x is first multiplied by that of its class.
        """
        return Mean(self, key, group, factors).estimate()

    def loss(
        self, key: str, group: int | None = None, *, factors: Factors | None = None
    ) -> Estimate:
        """`mean` of a loss, divided by what the convention in use divides losses by."""
        if self.over is Over.ROWS:
            factors = (factors or Factors(None))._replace(over=Over.ROWS)
        return self.mean(key, group, factors=factors)

    def smoothed_inside(self, epsilon: float, factors: Sequence[float]) -> Estimate:
        """A smoothed loss whose class factors multiply each class's surprise, as in PyTorch.

        ((1 - ε) Σ_k v_k Σ wℓ_k + ε/K Σ_c v_c Σ w(-log p_c)) / Σ_k v_k Σ w. Its standard error
        would need the products of all pairs of classes, and is not known.
        """
        own = self.loss("loss", factors=Factors(factors, self.over))
        if own.value is None or math.isinf(own.value):
            return Estimate(own.value)
        v = [units_of(f) for f in factors]
        every = range(self.k)
        whole = sum(v[k] * self.weight_units(k) for k in every)
        if self.over is Over.ROWS:
            whole = self.units("rows") << UNIT_BITS
        if any(self.infinite("surprises", c) for c in every if v[c]):
            return Estimate(math.inf)
        others = ratio(sum(v[c] * self.units("surprises", c) for c in every), whole)
        return Estimate((1.0 - epsilon) * own.value + epsilon / self.k * others)

    def per_unit(self) -> Estimate:
        """Σ wℓ / Σ wc over all rows, and √Σ(wℓ - r wc)² / Σ wc."""
        below = self.units("units")
        value = self.quotient("loss", None, below)
        n = self.units("weight.rows" if self.row_weighted else "rows") >> UNIT_BITS
        if value is None or math.isinf(value) or n < 2 or self.infinite("loss.squares"):
            return Estimate(value)
        keys = ("loss.squares", "units.loss", "units.squares")
        squares, cross, own = (self.units(key) for key in keys)
        rows = None if self.row_weighted else n
        top, products = self.units("loss"), [(squares, cross, own)]
        return Estimate(value, math.sqrt(variance(products, top, below, rows, PRODUCTS_ROUNDING)))

    def effective_support(self, group: int) -> float | None:
        """`effective_rows` of those that have a label; None where their weights are not known."""
        if self.kind is not TargetKind.LABELS:
            return self.effective_rows(group)
        return None if self.row_weighted else float(self.support_rows(group))

    def quotient_of_weight(self, k: int) -> float | None:
        """The share of class k in the weight; None where there is no weight at all."""
        whole = self.weight_units()
        return ratio(self.weight_units(k), whole) if whole else None

    def share_of(self, whole: Totals) -> Value:
        """The part of another's total loss that is here; undefined where that is 0 or infinite."""
        every = whole.units("loss")
        if not every or whole.infinite("loss"):
            return Value(None)
        return Value(ratio(self.units("loss"), every))

    def effective_rows(self, group: int | None = None) -> float | None:
        """(Σw)²/Σw²: how many rows of one weight would tell as much."""
        if not self.weighted(group):
            return float(self.rows(group))
        w, squares = self.weight_units(group), self.units("weight.squares", group)
        return ratio(w * w, squares << UNIT_BITS) if squares else None


def natural_log(x: float) -> float:
    """ln x, with the same bits on every machine."""
    return float(log(np.array([x]))[0])


def mean_of(values: Iterable[float | None]) -> float | None:
    """The plain mean of the defined ones; None where there are none."""
    defined = [v for v in values if v is not None]
    return math.fsum(defined) / len(defined) if defined else None
