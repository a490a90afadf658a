"""Accuracy: the share of rows whose largest score is that of the true class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.metric import Metric, Setting
from xentcli.statistic import DECISIONS, ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.report import Value
    from xentcli.totals import Totals


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value | None:
    del settings
    if group is not None:
        return None
    share = totals.quotient("correct", None, totals.weight_units())
    return totals.proportion(share, totals.effective_rows())


METRIC = Metric(
    name="accuracy",
    summary="share of rows whose largest score is the true class's; of equal scores the first wins",
    formula="Σ w·[argmax_c p_c = y] / Σ w",
    source="interval: Wilson 1927, on (Σw)²/Σw² rows where there are weights",
    statistics=(ROWS, DECISIONS),
    figure=_figure,
    better="higher",
    default=True,
)
