"""Kullback–Leibler divergence: what the model costs beyond the entropy of its targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import SOFT_ONLY, Metric, Setting
from xentcli.sums.statistic import DIVERGENCE, ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.values import Estimated, Figured_co, Figures


def _figure(
    totals: Figures[Estimated, Figured_co], group: int | None, settings: Mapping[str, Setting]
) -> Figured_co | None:
    del settings
    if group is not None:
        return None
    return totals.figure(totals.mean("divergence"), totals.base.unit, totals.base.nats)


METRIC = Metric(
    name="kl_divergence",
    summary="mean divergence of the predictions from the rows' target distributions",
    formula="Σ w·Σ_c q_c (log q_c - log p_c) / Σ w",
    source="Kullback and Leibler 1951; cross_entropy = entropy + kl_divergence",
    statistics=(ROWS, DIVERGENCE),
    figure=_figure,
    column=_figure,
    unit="loss",
    aliases=("kl",),
    default=True,
    kinds=SOFT_ONLY,
)
