"""Mean predicted probability of each class: beside its frequency, it shows a bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import DECIDED, Metric, Setting
from xentcli.figures.values import Value
from xentcli.sums.column_statistics import PROBABILITIES
from xentcli.sums.statistic import ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.totals import Totals


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value | None:
    del settings
    if group is None:
        return None
    return Value(totals.quotient("probability", group, totals.weight_units()))


METRIC = Metric(
    name="mean_probability",
    summary="mean probability given to each class over all rows, whatever their class",
    formula="Σ w·p_k / Σ w, each p_k rounded to a multiple of 2^-37",
    statistics=(ROWS, PROBABILITIES),
    figure=_figure,
    kinds=DECIDED,
    better="closer to the class's frequency",
    default_by_class=True,
)
