"""Predicted and observed shares by bin, and how far apart they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.figures.means import rows_with_weight
from xentcli.numerics.distributions import normal_tails
from xentcli.numerics.exact import ratio
from xentcli.numerics.ladder import UNIT_BITS
from xentcli.sums.calibration_bins import keys_of

if TYPE_CHECKING:
    from xentcli.figures.totals import Totals
    from xentcli.sums.row_sample import RowSample
    from xentcli.sums.score_grid import ScoreGrid


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


class Winnings(NamedTuple):
    """What one temperature would win, in nats, with its standard error (None: not known).

    `inverse` is one over the temperature; `chi_square`, with one degree of freedom under
    calibration, and `p_value` test that it wins anything; all this is of `rows` rows. Of rows
    that depend on each other, the test and the error are not known.
    """

    loss: float
    stderr: float | None
    inverse: float
    chi_square: float | None
    p_value: float | None
    rows: int

    @property
    def temperature(self) -> float:
        """What logits are divided by; infinite where the scores are worse than none."""
        return 1.0 / self.inverse if self.inverse else math.inf


def winnings(totals: Totals) -> Winnings | None:
    """L - min over T of L(T), and how surely it is not 0.

    None without rows, for slices, where a true class has the probability 0, whose loss no
    temperature makes finite, and where a sample of distinct rows cannot stand for all, as some
    rows are there very often.
    """
    sample: RowSample | None = totals.state.part("row_sample")
    fitted = None if sample is None else sample.fitted()
    if fitted is None or fitted.temperature.endless:
        return None
    rows = rows_with_weight(totals)
    if not fitted.stands_for(rows):
        return None
    best = fitted.temperature
    # At the minimum itself rounding may leave a little less than nothing.
    loss = max(0.0, best.before - best.loss)
    if totals.clusters is not None:
        return Winnings(loss, None, best.inverse, None, None, fitted.rows)
    chi_square = 2.0 * fitted.effective * loss
    p_value = float(normal_tails(np.array([math.sqrt(chi_square)]))[0])
    known = rows > 1 and math.isfinite(fitted.variance)
    stderr = math.sqrt(fitted.variance) if known else None
    return Winnings(loss, stderr, best.inverse, chi_square, p_value, fitted.rows)


class Parts(NamedTuple):
    """The three parts in nats, and whether every score was told apart (`cells` of them).

    `miscalibration` is infinite where the loss is.
    """

    miscalibration: float
    discrimination: float
    uncertainty: float
    cells: int
    exact: bool


def parts_of(totals: Totals) -> Parts | None:
    """The decomposition of the loss; None without rows, and for slices."""
    grid: ScoreGrid | None = totals.state.part("score_grid")
    found = None if grid is None else grid.recalibrated()
    loss = totals.mean("loss").value
    if grid is None or found is None or loss is None:
        return None
    return Parts(
        loss - found.loss,
        found.uncertainty - found.loss,
        found.uncertainty,
        found.cells,
        grid.dropped == 0,
    )
