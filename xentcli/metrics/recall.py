"""Recall: how much of a class is recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.metric import DECIDED, Metric, Setting
from xentcli.report import Value
from xentcli.statistic import DECISIONS, ROWS, SUPPORT
from xentcli.totals import mean_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.totals import Totals


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value:
    if group is None:
        return Value(mean_of(_figure(totals, k, settings).value for k in range(totals.k)))
    share = totals.quotient("correct", group, totals.support_units(group))
    return totals.proportion(share, totals.effective_support(group))


METRIC = Metric(
    name="recall",
    summary="share of the rows of a class that are decided for it",
    formula="Σ_{y=k} w·[ŷ=k] / Σ_{y=k} w",
    source="overall: the plain mean over the classes where it is defined",
    statistics=(ROWS, SUPPORT, DECISIONS),
    figure=_figure,
    kinds=DECIDED,
    better="higher",
    default_by_class=True,
)
