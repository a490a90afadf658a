"""Perplexity: the number of equally likely classes that would surprise as much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import UNLABELLED, Metric, Setting
from xentcli.figures.values import Over
from xentcli.sums.statistic import LOSSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.slice_columns import Column, SliceTotals
    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value:
    del settings
    return totals.exponential(totals.loss("loss", group))


def _column(totals: SliceTotals, settings: Mapping[str, Setting]) -> Column | None:
    del settings
    return None if totals.whole.over is Over.ROWS else totals.exponential(*totals.mean("loss"))


METRIC = Metric(
    name="perplexity",
    summary="exp of the cross-entropy: K for uniform predictions of K classes, 1 for perfect ones",
    formula="exp(Σ w·(-log p_y) / Σ w), the same in every base",
    source="Jelinek et al. 1977; standard error by the delta method",
    statistics=LOSSES,
    figure=_figure,
    column=_column,
    kinds=UNLABELLED,
    default=True,
)
