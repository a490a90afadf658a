"""What recalibration would win: by one temperature, over a sample of the rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.numerics.distributions import normal_tails
from xentcli.numerics.ladder import UNIT_BITS

if TYPE_CHECKING:
    from xentcli.figures.totals import Totals
    from xentcli.sums.row_sample import RowSample


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
    rows = totals.units("weight.rows" if totals.row_weighted else "rows") >> UNIT_BITS
    if not fitted.stands_for(rows):
        return None
    best = fitted.temperature
    # At the minimum itself rounding may leave a little less than nothing.
    loss = max(0.0, best.before - best.loss)
    if totals.clusters is not None:
        return Winnings(loss, None, best.inverse, None, None, fitted.rows)
    chi_square = 2.0 * fitted.effective * loss
    p_value = float(normal_tails(np.array([math.sqrt(chi_square)]))[0])
    known = totals.rows() > 1 and math.isfinite(fitted.variance)
    stderr = math.sqrt(fitted.variance) if known else None
    return Winnings(loss, stderr, best.inverse, chi_square, p_value, fitted.rows)
