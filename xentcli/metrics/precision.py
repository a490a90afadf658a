"""Precision: how often a decision for a class is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import DECIDED, Metric, Setting
from xentcli.figures.totals import mean_of
from xentcli.figures.values import Value
from xentcli.options import TargetKind
from xentcli.sums.statistic import DECISIONS, ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.totals import Totals


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value:
    if group is None:
        return Value(mean_of(_figure(totals, k, settings).value for k in range(totals.k)))
    if not totals.occurs(group):
        return Value(None)
    rows = totals.effective("predicted", group) if totals.kind is TargetKind.CLASS else None
    squares = ("correct.squares", "correct.squares", "predicted.squares")
    return totals.share(
        [(1, "correct", group)], [(1, "predicted", group)], rows, None if rows is None else squares
    )


METRIC = Metric(
    name="precision",
    summary="share of the rows decided for a class that belong to it",
    formula="Σ_{y=k} w·[ŷ=k] / Σ w·[ŷ=k]",
    source="overall: the plain mean over the classes where it is defined; interval: Wilson 1927",
    statistics=(ROWS, DECISIONS),
    figure=_figure,
    kinds=DECIDED,
    better="higher",
    share=True,
    default_by_class=True,
)
