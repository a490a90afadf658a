"""Kullback–Leibler divergence: what the model costs beyond the entropy of its targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import SOFT_ONLY, Metric, Setting
from xentcli.sums.statistic import DIVERGENCE, ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.slice_columns import Column, SliceTotals
    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value | None:
    del settings
    if group is not None:
        return None
    return totals.figure(totals.mean("divergence"), totals.base.unit, totals.base.nats)


def _column(totals: SliceTotals, settings: Mapping[str, Setting]) -> Column:
    del settings
    base = totals.whole.base
    return totals.figure(*totals.mean("divergence"), base.unit, base.nats)


METRIC = Metric(
    name="kl_divergence",
    summary="mean divergence of the predictions from the rows' target distributions",
    formula="Σ w·Σ_c q_c (log q_c - log p_c) / Σ w",
    source="Kullback and Leibler 1951; cross_entropy = entropy + kl_divergence",
    statistics=(ROWS, DIVERGENCE),
    figure=_figure,
    column=_column,
    unit="loss",
    aliases=("kl",),
    default=True,
    kinds=SOFT_ONLY,
)
