"""Recall: how much of a class is recognised."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.figures.metric import DECIDED, Metric, Setting
from xentcli.figures.totals import mean_of
from xentcli.figures.values import Estimate
from xentcli.options import TargetKind
from xentcli.sums.statistic import DECISIONS, ROWS, SUPPORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value:
    if group is None:
        found = [_figure(totals, k, settings) for k in range(totals.k)]
        return totals.figure(_macro(totals, [v for v in found if v.value is not None]))
    support = totals.support_name(group)
    rows = totals.effective_support(group)
    squares = ("correct.squares", "correct.squares", "weight.squares")
    known = None if totals.kind is TargetKind.LABELS else squares
    return totals.share([(1, "correct", group)], [(1, support, group)], rows, known)


def _macro(totals: Totals, shares: Sequence[Value]) -> Estimate:
    """The plain mean; rows of one class each make the classes independent, but for clusters."""
    value = mean_of(share.value for share in shares)
    errors = [share.stderr for share in shares if share.stderr is not None]
    alone = totals.kind is TargetKind.CLASS and totals.clusters is None
    if not alone or not errors or len(errors) < len(shares):
        return Estimate(value)
    return Estimate(value, math.sqrt(math.fsum(e * e for e in errors)) / len(errors))


METRIC = Metric(
    name="recall",
    summary="share of the rows of a class that are decided for it",
    formula="Σ_{y=k} w·[ŷ=k] / Σ_{y=k} w",
    source="overall: the plain mean over the classes where it is defined",
    statistics=(ROWS, SUPPORT, DECISIONS),
    figure=_figure,
    kinds=DECIDED,
    better="higher",
    share=True,
    default_by_class=True,
)
