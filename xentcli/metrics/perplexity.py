"""Perplexity: the number of equally likely classes that would surprise as much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import UNLABELLED, Metric, Setting
from xentcli.sums.statistic import LOSSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.values import Estimated, Figured_co, Figures


def _figure(
    totals: Figures[Estimated, Figured_co], group: int | None, settings: Mapping[str, Setting]
) -> Figured_co:
    del settings
    return totals.exponential(totals.loss("loss", group))


METRIC = Metric(
    name="perplexity",
    summary="exp of the cross-entropy: K for uniform predictions of K classes, 1 for perfect ones",
    formula="exp(Σ w·(-log p_y) / Σ w), the same in every base",
    source="Jelinek et al. 1977; standard error by the delta method",
    statistics=LOSSES,
    figure=_figure,
    column=_figure,
    kinds=UNLABELLED,
    default=True,
)
