"""Means of losses and their standard errors, as quotients of whole numbers, rounded once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.figures.values import Estimate, Factors, Over, Term
from xentcli.numerics.exact import ratio, units_of
from xentcli.numerics.ladder import UNIT_BITS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xentcli.figures.values import ByCluster, Sums


class Mean:
    """L = Σ_k v_k Σ wx / Σ u, and √(Σ (v w x - L u)²)/Σ u, over the rows of a class or of all.

    u is what the sum is divided by, row by row: v w, w or 1. Without weights the variance has
    the factor n/(n - 1). All sums are whole numbers, so both figures are rounded once.
    """

    def __init__(self, totals: Sums, key: str, group: int | None, factors: Factors | None) -> None:
        self._totals = totals
        self._key = key
        self._group = group
        self._over = Over.WEIGHT if factors is None else factors.over
        self._factors = None if factors is None else factors.of_class
        self._weighted = totals.weighted(group)
        # Factors are whole numbers of 2^-bits.
        self._bits = 0 if self._factors is None else UNIT_BITS

    def _classes(self) -> list[tuple[int, int | None]]:
        """Each class's factor, as a whole number, beside its number; 1 for all at once for none."""
        if self._factors is None:
            return [(1, self._group)]
        groups = range(self._totals.k) if self._group is None else (self._group,)
        return [(units_of(self._factors[k]), k) for k in groups]

    def estimate(self) -> Estimate:
        """The mean and its standard error."""
        totals, key = self._totals, self._key
        every = self._classes()
        classes = [(v, k) for v, k in every if v]
        top = sum(v * totals.units(key, k) for v, k in classes)
        below = self._denominator(classes)
        if below == 0:
            return Estimate(None)
        if any(totals.infinite(key, k) for _, k in classes):
            return Estimate(math.inf)
        value = ratio(top, below)
        if self._over is Over.WEIGHT:
            every = classes
        if self._rows(every) < 2 or any(totals.infinite(f"{key}.squares", k) for _, k in classes):
            return Estimate(value)
        if totals.overlapping and self._factors is not None and self._group is None:
            # Of whole rows only sums without factors are kept.
            return Estimate(value)
        if totals.clusters is not None:
            return self._clustered(totals.clusters, value, every, (top, below))
        return Estimate(value, math.sqrt(self._variance(every, top, below)))

    def _clustered(
        self,
        clusters: ByCluster,
        value: float,
        classes: list[tuple[int, int | None]],
        quotient: tuple[int, int],
    ) -> Estimate:
        """√(C/(C-1) Σ_c (Σ_{i∈c} (v w x - L u))²) / Σ u, with L = top/below."""
        top, below = quotient
        terms, counted = [], []
        for v, k in classes:
            weighs = self._totals.weighted(k) and self._over is not Over.ROWS
            key, scale = "weight" if weighs else "rows", v if self._over is Over.WEIGHT else 1
            own = 1 << self._bits if self._over is Over.WEIGHT else 1
            terms.append(Term(v, 1 << self._bits, self._key, k))
            terms.append(Term(-top * scale, below * own, key, k))
            counted.append(Term(1, 1, key, k))
        spread = clusters.spread(terms, counted)
        if spread is None:
            return Estimate(value)
        whole = ratio(below, 1 << (UNIT_BITS + self._bits))
        return Estimate(value, spread.root / whole, spread.clusters - 1)

    def _rows(self, classes: list[tuple[int, int | None]]) -> int:
        """How many rows have any weight."""
        key = "weight.rows" if self._weighted else "rows"
        if self._over is not Over.WEIGHT:
            return self._totals.units(key, self._group) >> UNIT_BITS
        return sum(self._totals.units(key, k) for _, k in classes) >> UNIT_BITS

    def _denominator(self, classes: list[tuple[int, int | None]]) -> int:
        """Σ u, in the unit of the numerator."""
        totals, group = self._totals, self._group
        if self._over is Over.ROWS:
            return totals.units("rows", group) << self._bits
        if self._over is Over.ROW_WEIGHT:
            return totals.weight_units(group) << self._bits
        return sum(v * totals.weight_units(k) for v, k in classes)

    def _variance(self, classes: list[tuple[int, int | None]], top: int, below: int) -> float:
        """Σ (v w x - L u)² / (Σ u)² with L = top/below, exactly, but for what rounding hides."""
        hidden = PRODUCTS_ROUNDING if self._weighted else SQUARES_ROUNDING
        n = None if self._weighted else self._rows(classes)
        return variance((self._products(v, k) for v, k in classes), top, below, n, hidden)

    def _products(self, v: int, k: int | None) -> tuple[int, int, int]:
        """Σ (vwx)², Σ vwx·u and Σ u² of a class, all in one unit."""
        totals, key = self._totals, self._key
        squares = v * v * totals.units(f"{key}.squares", k)
        sums = totals.units(key, k)
        rows = totals.units("rows", k)
        if self._over is Over.ROWS:
            return squares, v * sums << self._bits, rows << 2 * self._bits
        cross = totals.units(f"{key}.cross", k) if self._weighted else sums
        own = totals.units("weight.squares", k) if self._weighted else rows
        if self._over is Over.ROW_WEIGHT:
            return squares, v * cross << self._bits, own << 2 * self._bits
        return squares, v * v * cross, v * v * own


def alike(
    totals: Sums,
    share: float | None,
    group: int | None,
    below: tuple[int, str, int | None],
    squares: tuple[str, str, str],
) -> float | None:
    """How many rows of one weight have a share's error √Σ(w (x - p))²/Σw; None where it has none.

    `squares` name Σ(wx)² and Σw·wx of the class `group`, and Σw² of that of `below`.
    """
    if share is None or not 0 < share < 1:
        return None
    _, weight, of = below
    hits, cross = (totals.total(key, group) for key in squares[:2])
    own = totals.total(squares[2] if totals.weighted(of) else "rows", of)
    spread = hits - 2 * share * cross + share * share * own
    return share * (1 - share) * totals.total(weight, of) ** 2 / spread if spread > 0 else None


def smoothed_inside(totals: Sums, factors: Factors) -> Estimate:
    """A smoothed loss whose class factors multiply each class's surprise, as in PyTorch.

    ((1 - ε) Σ_k v_k Σ wℓ_k + ε/K Σ_c v_c Σ w(-log p_c)) / Σ_k v_k Σ w. Its standard error
    would need the products of all pairs of classes, and is not known.
    """
    epsilon, of_class = factors.smoothing, factors.of_class or ()
    own = Mean(totals, "loss", None, Factors(of_class, totals.over)).estimate()
    if own.value is None or math.isinf(own.value):
        return Estimate(own.value)
    v = [units_of(f) for f in of_class]
    every = range(totals.k)
    whole = sum(v[k] * totals.weight_units(k) for k in every)
    if totals.over is Over.ROWS:
        whole = totals.units("rows") << UNIT_BITS
    if any(totals.infinite("surprises", c) for c in every if v[c]):
        return Estimate(math.inf)
    others = ratio(sum(v[c] * totals.units("surprises", c) for c in every), whole)
    return Estimate((1.0 - epsilon) * own.value + epsilon / totals.k * others)


def rows_with_weight(totals: Sums) -> int:
    """The number of rows that have any weight: of fewer than two there is no error."""
    return totals.units("weight.rows" if totals.weighted() else "rows") >> UNIT_BITS


def over_all(totals: Sums, key: str, group: int) -> Estimate:
    """The mean of a class's number over all rows, whatever their class, and its error."""
    weight = totals.weight_name()
    found = totals.linear([(1, key, group)], [(1, weight, None)])
    known = found.value is not None and not math.isinf(found.value)
    if not known or totals.clusters is not None or rows_with_weight(totals) < 2:
        return found
    weighted = totals.weighted()
    cross = totals.units(f"{key}.cross" if weighted else key, group)
    own = totals.units("weight.squares" if weighted else "rows")
    products = [(totals.units(f"{key}.squares", group), cross, own)]
    hidden = PRODUCTS_ROUNDING if weighted else SQUARES_ROUNDING
    n = None if weighted else totals.rows()
    spread = variance(products, totals.units(key, group), totals.weight_units(), n, hidden)
    return found._replace(stderr=math.sqrt(spread))


# Where the rounding of the terms themselves (2^-53 for a square, some times that for products
# with weights) is all that is left of a variance, it is zero.
SQUARES_ROUNDING, PRODUCTS_ROUNDING = 52, 48


def variance(
    products: Iterable[tuple[int, int, int]], top: int, below: int, n: int | None, hidden: int
) -> float:
    """Σ (y - L u)² / (Σ u)² with L = top/below, exactly, but for what rounding hides.

    `products` are Σy², Σyu and Σu² of parts of the rows. `n` is their number where there are
    no weights, for the factor n/(n - 1). What is below 2^-`hidden` of Σy² counts as nothing.
    """
    whole = spread = 0
    for squares, cross, own in products:
        whole += squares * below * below
        spread += squares * below * below - 2 * top * below * cross + top * top * own
    if spread <= whole >> hidden:
        return 0.0
    if n is not None:
        spread *= n
    # With units of 2^-u and factors of 2^-b: spread is in 2^-(3u + 4b), below in 2^-(u + b).
    return ratio(spread << UNIT_BITS, below**4 * (1 if n is None else n - 1))
