"""F1: the harmonic mean of precision and recall."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.figures.means import rows_with_weight
from xentcli.figures.metric import DECIDED, Metric, Setting
from xentcli.figures.totals import mean_of
from xentcli.figures.values import Value
from xentcli.options import TargetKind
from xentcli.sums.statistic import DECISIONS, ROWS, SUPPORT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.totals import Totals


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value:
    if group is None:
        return Value(mean_of(_figure(totals, k, settings).value for k in range(totals.k)))
    if not totals.occurs(group):
        return Value(None)
    support = totals.support_name(group)
    found = totals.linear([(2, "correct", group)], [(1, support, group), (1, "predicted", group)])
    known = totals.kind is TargetKind.CLASS and totals.clusters is None
    if known and found.value is not None and rows_with_weight(totals) > 1:
        found = found._replace(stderr=_stderr(totals, group, found.value))
    value = totals.figure(found)
    if value.interval is None:
        return value
    low, high = value.interval
    return value._replace(interval=(max(0.0, low), min(1.0, high)))


def _stderr(totals: Totals, group: int, f1: float) -> float:
    """A hit adds 2w to both sums of the quotient, a miss or a false alarm w to the divisor."""
    squares = ".squares" if totals.row_weighted else ""
    weight = "weight.squares" if totals.row_weighted else "rows"
    hits = totals.total(f"correct{squares}", group)
    others = totals.total(weight, group) + totals.total(f"predicted{squares}", group) - 2 * hits
    both = totals.weight(group) + totals.total("predicted", group)
    return math.sqrt(hits * (2 - 2 * f1) ** 2 + others * f1**2) / both


METRIC = Metric(
    name="f1",
    summary="harmonic mean of precision and recall of a class",
    formula="2 Σ_{y=k} w·[ŷ=k] / (Σ_{y=k} w + Σ w·[ŷ=k])",
    source="overall: the plain mean over the classes where it is defined; error: delta method",
    statistics=(ROWS, SUPPORT, DECISIONS),
    figure=_figure,
    kinds=DECIDED,
    better="higher",
    share=True,
    default_by_class=True,
)
