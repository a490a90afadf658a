"""Entropy of soft targets: the loss that a perfect model would be left with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import SOFT_ONLY, Metric, Setting
from xentcli.sums.statistic import ENTROPY, ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.values import Estimated, Figured_co, Figures


def _figure(
    totals: Figures[Estimated, Figured_co], group: int | None, settings: Mapping[str, Setting]
) -> Figured_co | None:
    del settings
    if group is not None:
        return None
    return totals.figure(totals.mean("entropy"), totals.base.unit, totals.base.nats)


METRIC = Metric(
    name="entropy",
    summary="mean entropy of the rows' target distributions: the least any model can cost",
    formula="Σ w·(-Σ_c q_c log q_c) / Σ w",
    source="Shannon 1948; cross_entropy = entropy + kl_divergence",
    statistics=(ROWS, ENTROPY),
    figure=_figure,
    column=_figure,
    unit="loss",
    default=True,
    kinds=SOFT_ONLY,
)
