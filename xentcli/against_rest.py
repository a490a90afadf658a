"""Whether a slice loses more, or less, than all other rows: B. L. Welch's test (1947)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli import double_double
from xentcli.means import PRODUCTS_ROUNDING, SQUARES_ROUNDING
from xentcli.quantiles import holm, student_tails
from xentcli.slice_totals import quotient

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.double_double import Doubles
    from xentcli.slice_totals import SliceTotals

    Floats = NDArray[np.float64]

# With fewer rows on either side the spread of the losses is hardly known: nothing is tested.
FEWEST = 10


class Tests(NamedTuple):
    """For every slice the difference of its loss from that of all other rows, and its test.

    `difference` and `stderr` are in the unit of the loss, `p` is two-sided, `p_holm` corrected
    for the number of slices tested. NaN where a figure is not known.
    """

    difference: Floats
    stderr: Floats
    p: Floats
    p_holm: Floats


class _Side(NamedTuple):
    """Losses on one side of a comparison: their mean, its error, and the rows behind it."""

    mean: Floats
    stderr: Floats
    rows: Floats


def tests(every: SliceTotals) -> Tests:
    """L_s - L_rest with √(SE_s² + SE_rest²), and Student's p with Welch's degrees of freedom.

    Rows with weights count as (Σw)²/Σw² of one weight. Slices, or rests, of fewer than ten
    rows, and infinite losses, are not tested.
    """
    own, rest = (_side(every, rest=rest) for rest in (False, True))
    with np.errstate(invalid="ignore", divide="ignore"):
        difference = own.mean - rest.mean
        a, b = own.stderr**2, rest.stderr**2
        stderr = np.sqrt(a + b)
        df = (a + b) ** 2 / (a * a / (own.rows - 1) + b * b / (rest.rows - 1))
        t = np.where(difference == 0, 0.0, difference / stderr)
    # Without any spread, there is but one loss on each side.
    df = np.where(stderr == 0, own.rows + rest.rows - 2, df)
    tested = (np.minimum(own.rows, rest.rows) >= FEWEST) & np.isfinite(difference)
    p = np.full(len(t), np.nan)
    p[tested] = student_tails(t[tested], df[tested])
    nats = every.whole.base.nats
    return Tests(difference / nats, stderr / nats, p, holm(p))


def _side(every: SliceTotals, *, rest: bool) -> _Side:
    """The losses of every slice, or of all rows outside it."""
    weighted = every.whole.weighted()
    weight = "weight" if weighted else "rows"
    keys = ["loss", weight, "loss.squares"]
    if weighted:
        keys += ["loss.cross", "weight.squares"]
    sums = [_beyond(every, key) if rest else every.doubles(key) for key in keys]
    total, below, squares = sums[:3]
    cross, own = sums[3:] if weighted else (total, below)
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = below.rounded
        factor = rows / (rows - 1)
        if weighted:
            rows, factor = rows * rows / own.rounded, np.ones(len(rows))
    hidden = 2.0 ** -(PRODUCTS_ROUNDING if weighted else SQUARES_ROUNDING)
    mean, stderr = quotient(total, below, (squares, cross, own), hidden, factor)
    endless = every.infinite("loss")
    if rest:
        endless = every.whole.infinite("loss") - endless
    mean[endless > 0] = np.inf
    return _Side(mean, stderr, rows)


def _beyond(every: SliceTotals, key: str) -> Doubles:
    """The sums of all rows outside each slice."""
    own = every.doubles(key)
    return double_double.constant(*every.whole.exactly(key), len(every)) - own
