"""Predicted and observed shares by bin, and how far apart they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from xentcli.numerics.exact import ratio
from xentcli.numerics.ladder import UNIT_BITS
from xentcli.sums.calibration_bins import keys_of

if TYPE_CHECKING:
    from xentcli.figures.totals import Totals


class BinSums(NamedTuple):
    """The sums of one bin, as whole numbers of 2^-1074.

    Σw, Σw·p, Σw over what came true, and Σw²; without weights w = 1.
    """

    rows: int
    weight: int
    probability: int
    hits: int
    squares: int

    @property
    def predicted(self) -> float | None:
        """The mean probability; None for an empty bin."""
        return ratio(self.probability, self.weight) if self.weight else None

    @property
    def observed(self) -> float | None:
        """The share of what came true; None for an empty bin."""
        return ratio(self.hits, self.weight) if self.weight else None

    @property
    def effective_rows(self) -> float:
        """(Σw)²/Σw²: how many rows of one weight would tell as much."""
        squares = self.squares << UNIT_BITS
        return ratio(self.weight * self.weight, squares) if squares else 0.0


def bins_of(totals: Totals, bins: int, group: int | None) -> list[BinSums]:
    """The bins of a class; for None those of the positive class of two, or of the top labels."""
    kind = "class"
    if group is None:
        kind, group = ("class", totals.positive) if totals.k == 2 else ("top", 0)
    keys = keys_of(kind, bins)
    rows, probability, hits, weight, squares = (totals.binned(k, bins, group) for k in keys)
    if not totals.row_weighted:
        weight = squares = rows
    return [
        BinSums(n >> UNIT_BITS, w, p, y, w2)
        for n, w, p, y, w2 in zip(rows, weight, probability, hits, squares, strict=True)
    ]


def expected_error(bins: list[BinSums]) -> float | None:
    """Σ_b W_b |ȳ_b - p̄_b| / Σ_b W_b; None without weight."""
    whole = sum(b.weight for b in bins)
    return ratio(sum(abs(b.hits - b.probability) for b in bins), whole) if whole else None


def squared_error(bins: list[BinSums]) -> float | None:
    """Σ_b (W_b/W) [(ȳ_b - p̄_b)² - ȳ_b (1 - ȳ_b)/(n_b - 1)]; None without weight.

    n_b is (Σw)²/Σw², the number of rows where they have no weights. What one row says of a
    bin by itself cannot be told from chance: such a bin adds nothing.
    """
    whole = sum(b.weight for b in bins)
    terms: list[float] = []
    for b in bins:
        n = b.effective_rows
        if n <= 1:
            continue
        share = ratio(b.weight, whole)
        gap = ratio(b.hits - b.probability, b.weight)
        spread = ratio(b.hits, b.weight) * ratio(b.weight - b.hits, b.weight)
        terms += (share * (gap * gap), -share * (spread / (n - 1)))
    return math.fsum(terms) if whole else None
