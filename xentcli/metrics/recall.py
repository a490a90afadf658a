"""Recall: how much of a class is recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.metric import Metric, Setting
from xentcli.report import Value
from xentcli.statistic import DECISIONS, ROWS, Statistic
from xentcli.totals import mean_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.totals import Totals


def _statistics(settings: Mapping[str, Setting]) -> tuple[Statistic, ...]:
    del settings
    return (ROWS, DECISIONS)


def _overall(totals: Totals, settings: Mapping[str, Setting]) -> Value:
    return Value(mean_of(_by_class(totals, k, settings).value for k in range(totals.k)))


def _by_class(totals: Totals, k: int, settings: Mapping[str, Setting]) -> Value:
    del settings
    share = totals.quotient("correct", k, totals.weight_units(k))
    return totals.proportion(share, totals.effective_rows(k))


METRIC = Metric(
    name="recall",
    summary="share of the rows of a class that are decided for it",
    formula="Σ_{y=k} w·[ŷ=k] / Σ_{y=k} w",
    source="overall: the plain mean over the classes where it is defined",
    statistics=_statistics,
    overall=_overall,
    by_class=_by_class,
    better="higher",
    default_by_class=True,
)
