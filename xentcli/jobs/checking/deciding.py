"""Deciding a requirement: on a figure itself, or on the whole of its interval.

On the interval a requirement passes when all of the interval keeps the bound, and fails when none
of it does. With the truth at the bound, each happens with probability (1 - confidence)/2.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

from xentcli.jobs.checking.verdicts import DecideOn, Verdict

if TYPE_CHECKING:
    from xentcli.figures.values import Value
    from xentcli.jobs.checking.verdicts import Operator

# The rows needed are those that decide in four of five cases.
_POWER = 0.8
# More rows than this are not a number that helps.
_MOST = 1e15


class Decision(NamedTuple):
    """A verdict, and how many rows would settle one that is inconclusive, where that is known."""

    verdict: Verdict
    rows_needed: int | None = None


def decide(
    value: Value,
    operator: Operator,
    bound: float,
    on: DecideOn,
    *,
    rows: int,
    confidence: float,
    fixed: float = 0.0,
    share: bool = False,
) -> Decision | None:
    """What a figure says of a bound; None where it has no interval that could be decided on.

    An infinite figure needs no interval: with one such row, the mean of all is infinite. Of
    fewer than two rows there is no interval yet, which is inconclusive, as is the interval of a
    `share` that has no width: rows that are all alike do not tell that others are.

    >>> from xentcli.figures.values import Value
    >>> from xentcli.jobs.checking.verdicts import DecideOn, Operator
    >>> value = Value(0.3, 0.03, (0.24, 0.36))
    >>> at_most = Operator.AT_MOST
    >>> decide(value, at_most, 0.35, DecideOn.ESTIMATE, rows=100, confidence=0.95).verdict
    <Verdict.PASS: 'pass'>
    >>> decide(value, at_most, 0.35, DecideOn.INTERVAL, rows=100, confidence=0.95)
    Decision(verdict=<Verdict.INCONCLUSIVE: 'inconclusive'>, rows_needed=283)
    """
    figure = math.nan if value.value is None else value.value
    if on is DecideOn.ESTIMATE or math.isinf(figure):
        return Decision(Verdict.PASS if operator.holds(figure, bound) else Verdict.FAIL)
    if value.interval is None or any(map(math.isnan, value.interval)):
        return Decision(Verdict.INCONCLUSIVE) if rows < 2 else None
    if share and value.interval[0] == value.interval[1]:
        return Decision(Verdict.INCONCLUSIVE)
    kept = {operator.holds(end, bound) for end in value.interval}
    if len(kept) == 1:
        return Decision(Verdict.PASS if kept.pop() else Verdict.FAIL)
    if share and 0 < bound < 1:
        return Decision(
            Verdict.INCONCLUSIVE, _of_shares(figure, value.stderr, bound, rows, confidence)
        )
    return Decision(
        Verdict.INCONCLUSIVE, rows_needed(figure, value.stderr, bound, rows, confidence, fixed)
    )


def _of_shares(
    value: float, stderr: float | None, bound: float, rows: int, confidence: float
) -> int | None:
    """((z √(b (1 - b)) + z_0.8 √(x (1 - x))) / |x - b|)²: what Wilson's interval of x needs.

    Rows like these tell as much as so many of one weight, as the error says. None where the
    figure is the bound itself.
    """
    gap = abs(value - bound)
    if stderr is None or not gap:
        return None
    own, normal = value * (1 - value), NormalDist()
    spread = normal.inv_cdf((1 + confidence) / 2) * math.sqrt(bound * (1 - bound))
    needed = ((spread + normal.inv_cdf(_POWER) * math.sqrt(own)) / gap) ** 2
    if stderr and own:
        needed *= rows * stderr**2 / own
    return max(rows + 1, math.ceil(needed)) if needed < _MOST else None


def rows_needed(
    value: float,
    stderr: float | None,
    bound: float,
    rows: int,
    confidence: float,
    fixed: float = 0.0,
) -> int | None:
    """n ((z + z_0.8) SE / |x - bound|)², rounded up: rows like these, that decide with power 0.8.

    z is the two-sided normal quantile of the confidence. Rows like these have weights and
    clusters like these, so that the error shrinks with the root of their number, but for a part
    `fixed` of it. None without an error or any spread, where the figure is the bound itself, and
    where the fixed part alone is too much.

    >>> rows_needed(0.3, 0.03, 0.35, 100, 0.95), rows_needed(0.35, 0.03, 0.35, 100, 0.95)
    (283, None)
    """
    gap = abs(value - bound)
    if not stderr or not gap:
        return None
    normal = NormalDist()
    # The error that decides in four of five cases.
    wanted = gap / (normal.inv_cdf((1 + confidence) / 2) + normal.inv_cdf(_POWER))
    room = wanted**2 - fixed**2
    if room <= 0 or not (shrinks := stderr**2 - fixed**2) < room * _MOST / rows:
        return None
    # An interval that is not symmetric may be undecided where this formula sees no need.
    return max(rows + 1, math.ceil(rows * shrinks / room))
