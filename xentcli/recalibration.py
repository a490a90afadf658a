"""What recalibration would win: by one temperature, over a sample of the rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.quantiles import normal_tails

if TYPE_CHECKING:
    from xentcli.row_sample import RowSample
    from xentcli.totals import Totals


class Winnings(NamedTuple):
    """What one temperature would win, in nats, with its standard error (None: not known).

    `inverse` is one over the temperature; `chi_square`, with one degree of freedom under
    calibration, and `p_value` test that it wins anything; all this is of `rows` rows.
    """

    loss: float
    stderr: float | None
    inverse: float
    chi_square: float
    p_value: float
    rows: int

    @property
    def temperature(self) -> float:
        """What logits are divided by; infinite where the scores are worse than none."""
        return 1.0 / self.inverse if self.inverse else math.inf


def winnings(totals: Totals) -> Winnings | None:
    """L - min over T of L(T), and how surely it is not 0.

    None without rows, for slices, and where a true class has the probability 0, whose loss
    no temperature makes finite.
    """
    sample: RowSample | None = totals.state.part("row_sample")
    fitted = None if sample is None else sample.fitted()
    if fitted is None or fitted.temperature.endless:
        return None
    best = fitted.temperature
    # At the minimum itself rounding may leave a little less than nothing.
    loss = max(0.0, best.before - best.loss)
    effective = totals.effective_rows() or 0.0
    if fitted.rows < totals.rows():
        effective *= min(1.0, fitted.weight / totals.weight())
    chi_square = 2.0 * effective * loss
    p_value = float(normal_tails(np.array([math.sqrt(chi_square)]))[0])
    # One row less, for the mean that is taken off, as for all means of rows without weights.
    freedom = effective if totals.row_weighted else effective - 1
    known = freedom > 0 and totals.rows() > 1 and math.isfinite(fitted.variance)
    stderr = math.sqrt(fitted.variance / freedom) if known else None
    return Winnings(loss, stderr, best.inverse, chi_square, p_value, fitted.rows)
