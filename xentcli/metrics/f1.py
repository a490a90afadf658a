"""F1: the harmonic mean of precision and recall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.exact import ratio
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
    if not totals.occurs(group):
        return Value(None)
    both = totals.support_units(group) + totals.units("predicted", group)
    return Value(ratio(2 * totals.units("correct", group), both) if both else None)


METRIC = Metric(
    name="f1",
    summary="harmonic mean of precision and recall of a class",
    formula="2 Σ_{y=k} w·[ŷ=k] / (Σ_{y=k} w + Σ w·[ŷ=k])",
    source="overall: the plain mean over the classes where it is defined",
    statistics=(ROWS, SUPPORT, DECISIONS),
    figure=_figure,
    kinds=DECIDED,
    better="higher",
    default_by_class=True,
)
