"""Entropy of soft targets: the loss that a perfect model would be left with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import SOFT_ONLY, Metric, Setting
from xentcli.sums.statistic import ENTROPY, ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.slice_columns import Column, SliceTotals
    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value | None:
    del settings
    if group is not None:
        return None
    return totals.figure(totals.mean("entropy"), totals.base.unit, totals.base.nats)


def _column(totals: SliceTotals, settings: Mapping[str, Setting]) -> Column:
    del settings
    base = totals.whole.base
    return totals.figure(*totals.mean("entropy"), base.unit, base.nats)


METRIC = Metric(
    name="entropy",
    summary="mean entropy of the rows' target distributions: the least any model can cost",
    formula="Σ w·(-Σ_c q_c log q_c) / Σ w",
    source="Shannon 1948; cross_entropy = entropy + kl_divergence",
    statistics=(ROWS, ENTROPY),
    figure=_figure,
    column=_column,
    unit="loss",
    default=True,
    kinds=SOFT_ONLY,
)
