"""Normalised cross-entropy: the loss relative to always predicting the class frequencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import DECIDED, Metric, Setting
from xentcli.sums.statistic import LOSSES, SUPPORT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.values import Estimated, Figured_co, Figures


def _figure(
    totals: Figures[Estimated, Figured_co], group: int | None, settings: Mapping[str, Setting]
) -> Figured_co | None:
    del settings
    return None if group is not None else totals.figure(totals.normalized())


METRIC = Metric(
    name="normalized_cross_entropy",
    summary="cross-entropy divided by that of always predicting the class frequencies",
    formula="L / H(π), π_k = Σ_{y=k} w / Σ w; one minus it is McFadden's R²",
    source="He et al. 2014 (normalised entropy); McFadden 1974",
    statistics=(*LOSSES, SUPPORT),
    figure=_figure,
    column=_figure,
    kinds=DECIDED,
    aliases=("normalized_entropy", "ne"),
    default=True,
)
