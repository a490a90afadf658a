"""Reading figures off the sums: means, their standard errors and intervals, exactly.

Sums are whole numbers of 2^-1074 (see exact.py), so means and variances are quotients of
whole numbers, rounded once: no more is lost than each row's own square, or product with its
weight, lost when it was rounded.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.figures import class_weights, label_entropy
from xentcli.figures.intervals import Intervals
from xentcli.figures.means import (
    PRODUCTS_ROUNDING,
    Mean,
    alike,
    rows_with_weight,
    smoothed_inside,
    variance,
)
from xentcli.figures.values import Estimate, Factors, Over, Term, Value
from xentcli.numerics.exact import ratio
from xentcli.numerics.ladder import UNIT_BITS
from xentcli.options import Base, TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xentcli.figures.clusters import Clusters
    from xentcli.layout.rules import Rule
    from xentcli.sums.state import Readable

    Linear = Sequence[tuple[int, str, int | None]]


class Totals(Intervals):
    """The sums of a run as figures, for metrics to be computed from.

    `classes` are the names of classes or labels, `kind` says what is known of the truth,
    `weighted` whether rows have weights of their own, `positive` the class that a single
    score speaks of, `rule` how another system computes its loss, if that is wanted,
    `clusters` the same sums by cluster, where rows depend on each other.
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
        clusters: Clusters | None = None,
    ) -> None:
        super().__init__(base, confidence)
        self.state = state
        self.clusters = clusters
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
        # Over all classes, added up once: figures of each of very many classes ask for them.
        self._of_all: dict[tuple[str, str], int] = {}
        # Class weights by their spelling, made once for all figures.
        self._factors: dict[str, list[float] | None] = {}

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
        if group is not None:
            return self._units[key][group]
        if (key, "units") not in self._of_all:
            units = self._units[key]
            self._of_all[key, "units"] = units[-1] if self.overlapping else sum(units)
        return self._of_all[key, "units"]

    def infinite(self, key: str, group: int | None = None) -> int:
        """How many infinite terms a sum was given."""
        if key not in self._infinite:
            self._infinite[key] = self.state.infinite(key)
        if group is not None:
            return self._infinite[key][group]
        if (key, "infinite") not in self._of_all:
            counts = self._infinite[key]
            self._of_all[key, "infinite"] = counts[-1] if self.overlapping else sum(counts)
        return self._of_all[key, "infinite"]

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

    def weight_name(self, group: int | None = None) -> str:
        """The name under which Σw is."""
        return "weight" if self.weighted(group) else "rows"

    def support_name(self, group: int) -> str:
        """The name under which the weight of a class's rows is, or of those with a label."""
        return "support" if self.overlapping else self.weight_name(group)

    def weight_units(self, group: int | None = None) -> int:
        """Σw as a whole number of 2^-1074."""
        return self.units(self.weight_name(group), group)

    def support_rows(self, group: int) -> int:
        """The rows of a class, or those that have a label."""
        return self.units("support.rows" if self.overlapping else "rows", group) >> UNIT_BITS

    def support_units(self, group: int) -> int:
        """The weight of the rows of a class, or of those that have a label, in 2^-1074."""
        return self.units(self.support_name(group), group)

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

    def class_factors(self, spelling: str) -> list[float] | None:
        """The factor of every class that weights of classes give; None for none at all."""
        if spelling not in self._factors:
            self._factors[spelling] = class_weights.factors(spelling, self)
        return self._factors[spelling]

    def linear(self, top: Linear, below: Linear) -> Estimate:
        """A quotient of sums of sums, (factor, name, class) each; its error where rows cluster."""
        over = sum(f * self.units(key, k) for f, key, k in below)
        if over == 0:
            return Estimate(None)
        if any(self.infinite(key, k) for _, key, k in top):
            return Estimate(math.inf)
        above = sum(f * self.units(key, k) for f, key, k in top)
        value = ratio(above, over)
        if self.clusters is None:
            return Estimate(value)
        terms = [Term(f, 1, key, k) for f, key, k in top]
        terms += [Term(-above * f, over, key, k) for f, key, k in below]
        spread = self.clusters.spread(terms, [Term(f, 1, key, k) for f, key, k in below])
        if spread is None:
            return Estimate(value)
        return Estimate(value, spread.root / ratio(over, 1 << UNIT_BITS), spread.clusters - 1)

    def share(
        self,
        top: Linear,
        below: Linear,
        rows: float | None,
        squares: tuple[str, str, str] | None = None,
    ) -> Value:
        """A quotient of sums as a share, of so many effective `rows`, with Wilson's interval.

        With clusters, it is as many as would have the share's error without; with weights, too,
        where `squares` name the sums Σ(wx)², Σw·wx and Σw² of the rows.
        """
        found = self.linear(top, below)
        if self.clusters is None:
            if squares is not None and (self.row_weighted or self.kind is TargetKind.SOFT):
                rows = alike(self, found.value, top[0][2], below[0], squares) or rows
            return self.proportion(found.value, rows)
        if found.value is None or found.stderr is None or found.df is None:
            return Value(found.value)
        if found.stderr == 0 and 0 < found.value < 1:
            return Value(found.value, 0.0, (found.value, found.value), self.confidence)
        # Where all rows are alike, each cluster tells as much as one row.
        rows = found.df + 1
        if 0 < found.value < 1:
            rows = found.value * (1 - found.value) / found.stderr**2
        return self.proportion(found.value, rows, found.df)

    def hits(self, key: str) -> Value:
        """What part of the rows' weight a sum of hits is, `key` having squares and products."""
        below = [(1, self.weight_name(), None)]
        squares = (f"{key}.squares", f"{key}.cross", "weight.squares")
        return self.share([(1, key, None)], below, self.effective_rows(), squares)

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
        if factors is not None and factors.smoothing:
            return smoothed_inside(self, factors)
        if self.over is Over.ROWS:
            factors = (factors or Factors(None))._replace(over=Over.ROWS)
        return self.mean(key, group, factors=factors)

    def per_unit(self) -> Estimate:
        """Σ wℓ / Σ wc over all rows, and √Σ(wℓ - r wc)² / Σ wc."""
        below = self.units("units")
        value = self.quotient("loss", None, below)
        n = rows_with_weight(self)
        if value is None or math.isinf(value) or n < 2 or self.infinite("loss.squares"):
            return Estimate(value)
        if self.clusters is not None:
            return self.linear([(1, "loss", None)], [(1, "units", None)])
        keys = ("loss.squares", "units.loss", "units.squares")
        squares, cross, own = (self.units(key) for key in keys)
        rows = None if self.row_weighted else n
        top, products = self.units("loss"), [(squares, cross, own)]
        return Estimate(value, math.sqrt(variance(products, top, below, rows, PRODUCTS_ROUNDING)))

    def summed(self, key: str, group: int | None = None, *, sign: int = 1) -> Estimate:
        """±Σwx, with the standard error of the mean times Σw; undefined where the mean is."""
        mean = self.mean(key, group)
        if mean.value is None:
            return mean
        value = sign * self.total(key, group) if mean.value else 0.0
        if mean.stderr is None or math.isinf(value):
            return Estimate(value, df=mean.df)
        return Estimate(value, mean.stderr * self.weight(group), mean.df)

    def normalized(self) -> Estimate:
        """The mean loss over the entropy of the labels, and its standard error."""
        return label_entropy.normalized(self)

    def effective_support(self, group: int) -> float | None:
        """`effective_rows` of those that have a label; None where their weights are not known."""
        if self.kind is not TargetKind.LABELS:
            return self.effective_rows(group)
        return None if self.row_weighted else float(self.support_rows(group))

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
        return self.effective("weight", group)

    def effective(self, key: str, group: int | None = None) -> float | None:
        """(Σw)²/Σw² of the rows that a sum of weights is over."""
        if not self.row_weighted and not self.weighted(group):
            return self.total(key, group)
        w, squares = self.units(key, group), self.units(f"{key}.squares", group)
        return ratio(w * w, squares << UNIT_BITS) if squares else None


def mean_of(values: Iterable[float | None]) -> float | None:
    """The plain mean of the defined ones; None where there are none."""
    defined = [v for v in values if v is not None]
    return math.fsum(defined) / len(defined) if defined else None
