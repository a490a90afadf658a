"""Differences read off the sums of pairs: how large, how sure, and what it would take to see one.

A difference of means over the same rows is the mean of the rows' differences, and its standard
error that of a mean: pairing takes away what both models find hard alike.
"""

from __future__ import annotations

import math
from itertools import chain
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from xentcli.figures.values import Estimate, Over, Value
from xentcli.jobs.comparing.comparison import Difference, Outcomes
from xentcli.jobs.comparing.pair_sums import BASE, BOTH, CANDIDATE, DIFFERENCE, OUTCOMES
from xentcli.numerics.distributions import holm, student_tails
from xentcli.numerics.exact import ratio
from xentcli.numerics.ladder import UNIT_BITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xentcli.figures.intervals import Intervals
    from xentcli.figures.totals import Totals
    from xentcli.jobs.comparing.comparison import Candidate
    from xentcli.jobs.comparing.measures import Measure

# Of fewer rows, a difference without any spread is not tested.
FEWEST = 10
# A difference is detectable that so large a part of all samples would show.
POWER = 0.8


def difference(
    totals: Totals, measure: Measure, group: int | None = None, *, loss: bool = True
) -> Difference:
    """The difference of a measure over the rows of a class, or all.

    `loss` says that outcomes are of a loss, so that rows which are all ties are the same.

    √(Σ(d - D)²/(n - 1))/√n without weights, as the errors of all means; Student's t with n - 1
    degrees of freedom, or those of the clusters. Infinite where one side alone is, and
    undefined where both are.
    """
    scale = totals.base.nats if measure.loss else 1.0
    unit = totals.base.unit if measure.loss else None
    base, candidate = (
        _own(totals, measure, side + measure.key, group, scale, unit) for side in (BASE, CANDIDATE)
    )
    estimate = _mean(totals, measure, DIFFERENCE + measure.key, group)
    endless = _endless(totals, measure, group)
    if endless is not None:
        known = None if math.isnan(endless) else endless
        return Difference(base, candidate, Value(known, unit=unit), better=measure.better)
    rows = totals.effective_rows(group)
    if estimate.df is not None:
        rows = estimate.df + 1.0
    elif estimate.stderr is not None:
        estimate = estimate._replace(df=None if rows is None else max(1, math.floor(rows) - 1))
    same = loss and outcomes(totals, group).ties == totals.rows(group)
    shares = rows if measure.share and not same else None
    found = with_test(totals, base, candidate, estimate, unit, scale, shares=shares)
    return found._replace(better=measure.better)


def with_test(
    intervals: Intervals,
    base: Value,
    candidate: Value,
    estimate: Estimate,
    unit: str | None,
    scale: float,
    *,
    shares: float | None = None,
) -> Difference:
    """An estimate of a difference, with its interval, its test and what it could have shown.

    `shares` is how many (effective) rows a difference of shares is of.
    """
    value = intervals.figure(estimate, unit, scale)
    if estimate.value is None or estimate.stderr is None:
        return Difference(base, candidate, value)
    centre, error = estimate.value, estimate.stderr
    reach = intervals.reach(estimate.df)
    if shares is not None:
        centre, error = of_shares(centre, error, shares)
        low = max(-1.0, min(centre - reach * error, estimate.value))
        high = min(1.0, max(centre + reach * error, estimate.value))
        value = value._replace(interval=(low, high))
    p: float | None
    if error == 0:
        # Some few rows that all changed alike do not tell that others would.
        p = 1.0 if centre == 0 else (0.0 if (estimate.df or FEWEST) >= FEWEST - 1 else None)
    else:
        df = math.inf if estimate.df is None else float(estimate.df)
        p = float(student_tails(np.array([centre / error]), df)[0])
    detectable = (reach + NormalDist().inv_cdf(POWER)) * error / scale
    return Difference(base, candidate, value, p, detectable=detectable)


def of_shares(difference: float, stderr: float, rows: float) -> tuple[float, float]:
    """The difference of two shares of the same rows, and its error, with two rows more.

    One of these gets better and one worse, by half each, so that few rows of which none changed
    do not seem to be sure of it (A. Agresti and Y. Min 2005).

    >>> [round(x, 3) for x in of_shares(0.0, 0.0, 10)]
    [0.0, 0.083]
    """
    changed = stderr * stderr * rows + difference * difference
    more = rows + 2.0
    centre = difference * rows / more
    spread = max(0.0, (changed * rows + 1.0) / more - centre * centre)
    return centre, math.sqrt(spread / more)


def _mean(totals: Totals, measure: Measure, key: str, group: int | None) -> Estimate:
    return totals.loss(key, group) if measure.loss else totals.mean(key, group)


def _own(
    totals: Totals,
    measure: Measure,
    key: str,
    group: int | None,
    scale: float,
    unit: str | None,
) -> Value:
    """The figure of one side."""
    found = _mean(totals, measure, key, group)
    if measure.share and totals.clusters is None and not totals.row_weighted:
        return totals.proportion(found.value, totals.effective_rows(group))
    return totals.figure(found, unit, scale)


def _endless(totals: Totals, measure: Measure, group: int | None) -> float | None:
    """The difference where losses are infinite, NaN for an undefined one; None where none is."""
    base, candidate = (totals.infinite(side + measure.key, group) for side in (BASE, CANDIDATE))
    if not base and not candidate:
        return None
    if base and candidate:
        return math.nan
    return math.inf if candidate else -math.inf


def both_endless(totals: Totals, measure: Measure) -> int:
    """How many rows have an infinite loss on both sides."""
    return totals.units(BOTH + measure.key) >> UNIT_BITS


def outcomes(totals: Totals, group: int | None = None) -> Outcomes:
    """Rows that the candidate does better on, the same, and worse."""
    wins, ties, losses = (totals.units(key, group) >> UNIT_BITS for key in OUTCOMES)
    return Outcomes(wins, ties, losses)


def contribution(part: Totals, whole: Totals, measure: Measure, group: int | None) -> float | None:
    """Σ w d over some rows, divided by the Σ w of all: what they make of the difference."""
    key = DIFFERENCE + measure.key
    per_row = whole.over is Over.ROWS and measure.loss
    below = whole.units("rows") if per_row else whole.weight_units()
    if not below or whole.infinite(key) or both_endless(whole, measure):
        return None
    return ratio(part.units(key, group), below) / (whole.base.nats if measure.loss else 1.0)


def corrected(every: Sequence[Mapping[str, Difference]]) -> list[dict[str, Difference]]:
    """The differences by figure, with p values that allow for how many there are of each.

    By Holm's method; `every` may lack figures.
    """
    found = [dict(metrics) for metrics in every]
    for key in dict.fromkeys(chain.from_iterable(every)):
        having = [metrics for metrics in found if key in metrics]
        p = np.array([math.nan if m[key].p is None else m[key].p for m in having], dtype=np.float64)
        for metrics, q in zip(having, holm(p).tolist(), strict=True):
            metrics[key] = metrics[key]._replace(p_holm=None if math.isnan(q) else q)
    return found


def corrected_among(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates with p values that allow for their number, where there are several."""
    if len(candidates) == 1:
        return tuple(candidates)
    every = corrected([candidate.metrics for candidate in candidates])
    return tuple(c._replace(metrics=m) for c, m in zip(candidates, every, strict=True))
