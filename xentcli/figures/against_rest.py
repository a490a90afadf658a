"""Whether a slice loses more, or less, than all other rows: B. L. Welch's test (1947)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli.figures.means import PRODUCTS_ROUNDING, SQUARES_ROUNDING
from xentcli.figures.slice_columns import quotient
from xentcli.figures.welch import FEWEST, degrees, in_errors
from xentcli.numerics import doubles
from xentcli.numerics.distributions import holm, student_tails

if TYPE_CHECKING:
    from xentcli.figures.clusters import ByCluster
    from xentcli.figures.slice_columns import SliceTotals
    from xentcli.numerics.arrays import Floats, Rows
    from xentcli.numerics.doubles import Doubles


# So many pairs of a slice and a cluster are looked at one by one.
_FEW = 1 << 24


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
    t, df = in_errors(difference, stderr), degrees(a, own.rows, b, rest.rows, a + b)
    tested = (np.minimum(own.rows, rest.rows) >= FEWEST) & np.isfinite(difference)
    stderr[~np.isfinite(difference)] = np.nan
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
    return doubles.constant(*every.whole.exactly(key), len(every)) - own


def clustered_tests(every: SliceTotals, numbers: Rows, clustered: ByCluster) -> Tests:
    """The same where rows depend on each other: a cluster may lie on both sides.

    Each cluster moves the difference by d = (S_c - L_s U_c)/U_s - (R_c - L_r V_c)/V_r, where S and
    U are its losses and weights in the slice and R and V those outside; the error is
    √(C/(C-1) Σ d²). Slices, or rests, of fewer than ten clusters are not tested. `numbers` are
    those of the slices among the clustered ones, in the order of their figures.
    """
    weight = every.whole.weight_name()
    own, rest = (_side(every, rest=rest) for rest in (False, True))
    with np.errstate(invalid="ignore"):
        difference = own.mean - rest.mean
    finite = np.isfinite(difference)
    # Numbers of slices as they lie, to their places in the order of the figures.
    place = np.full(len(clustered.slices.places), -1, dtype=np.intp)
    place[numbers] = np.arange(len(numbers))
    cells, of_slice, of_cluster = clustered.crossed
    at = place[of_slice]
    there = (at >= 0) & finite[at]
    at, of_cluster = at[there], of_cluster[there]
    inside, below = (cells.of(key).rounded[there] for key in ("loss", weight))
    losses, weights = (clustered.whole.of(key).rounded for key in ("loss", weight))
    clusters = int(np.count_nonzero(weights))
    n, outer = len(numbers), every.whole.weight() - every.weight
    level = np.where(finite, rest.mean, 0.0)
    part = losses[of_cluster] - level[at] * weights[of_cluster]
    beyond = _beyond_slices(losses, weights, level, at, of_cluster)
    d = (inside - own.mean[at] * below) / every.weight[at]
    d -= (part - (inside - level[at] * below)) / outer[at]
    spread = beyond / outer**2 + np.bincount(at, d * d, minlength=n)
    # What rounding alone may leave of losses that are all the same.
    scale = math.fsum((losses * losses).tolist()) / np.minimum(outer, every.weight) ** 2
    spread[spread <= scale * 2.0**-96] = 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        stderr = np.sqrt(spread * clusters / (clusters - 1))
    t = in_errors(difference, stderr)
    stderr[~finite] = np.nan
    within = np.bincount(at, below > 0, minlength=n)
    whole_here = np.bincount(at, (below > 0) & (below == weights[of_cluster]), minlength=n)
    tested = finite & (np.minimum(within, clusters - whole_here) >= FEWEST)
    p = np.full(n, np.nan)
    p[tested] = student_tails(t[tested], float(clusters - 1))
    nats = every.whole.base.nats
    return Tests(difference / nats, stderr / nats, p, holm(p))


def _beyond_slices(
    losses: Floats, weights: Floats, level: Floats, at: Rows, of_cluster: Rows
) -> Floats:
    """Σ (S_c - L_r U_c)² over the clusters that have no part in a slice, for every slice.

    `at` and `of_cluster` say which clusters have a part in which.
    """
    n = len(level)
    if n * len(losses) <= _FEW:
        inside = np.split(of_cluster[np.argsort(at, kind="stable")], _ends(at, n))
        found = np.zeros(n)
        for i, clusters in enumerate(inside):
            outside = losses - level[i] * weights
            outside[clusters] = 0.0
            found[i] = math.fsum((outside * outside).tolist())
        return found
    # Of all clusters, but for those with a part; some digits may cancel.
    squares, cross, own = (
        math.fsum((x * y).tolist())
        for x, y in ((losses, losses), (losses, weights), (weights, weights))
    )
    part = losses[of_cluster] - level[at] * weights[of_cluster]
    every_cluster = squares - 2 * level * cross + level * level * own
    return np.maximum(every_cluster - np.bincount(at, part * part, minlength=n), 0.0)


def _ends(at: Rows, n: int) -> Rows:
    """Where the parts of each slice end, in the order of the slices, but for the last."""
    ends: Rows = np.cumsum(np.bincount(at, minlength=n))[:-1]
    return ends
