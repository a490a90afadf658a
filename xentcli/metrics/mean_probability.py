"""Mean predicted probability of each class: beside its frequency, it shows a bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.metric import Metric, Setting, no_overall_figure
from xentcli.report import Value
from xentcli.statistic import PROBABILITIES, ROWS, Statistic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.totals import Totals


def _statistics(settings: Mapping[str, Setting]) -> tuple[Statistic, ...]:
    del settings
    return (ROWS, PROBABILITIES)


def _by_class(totals: Totals, k: int, settings: Mapping[str, Setting]) -> Value:
    del settings
    return Value(totals.quotient("probability", k, totals.weight_units()))


METRIC = Metric(
    name="mean_probability",
    summary="mean probability given to each class over all rows, whatever their class",
    formula="Σ w·p_k / Σ w, each p_k rounded to a multiple of 2^-37",
    statistics=_statistics,
    overall=no_overall_figure,
    by_class=_by_class,
    better="closer to the class's frequency",
    default_by_class=True,
)
