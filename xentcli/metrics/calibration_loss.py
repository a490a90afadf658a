"""Calibration loss: the part of the cross-entropy that one temperature would take away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import Metric, Setting
from xentcli.figures.values import Estimate
from xentcli.sums.statistic import ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value
    from xentcli.sums.statistic import Statistic


def _statistics(settings: Mapping[str, Setting]) -> tuple[Statistic, ...]:
    # Loaded when it is asked for, as it is not by default.
    from xentcli.sums.row_sample import ROW_SAMPLE

    del settings
    return (ROWS, ROW_SAMPLE)


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value | None:
    del settings
    if group is not None:
        return None
    from xentcli.figures.reliability import winnings

    found = winnings(totals)
    estimate = Estimate(None) if found is None else Estimate(found.loss, found.stderr)
    return totals.figure(estimate, totals.base.unit, totals.base.nats)


METRIC = Metric(
    name="calibration_loss",
    summary="the part of the cross-entropy that dividing the log-odds by one number would win",
    formula="L - min_T L(T), L(T) the loss of p_k^(1/T) / Σ_c p_c^(1/T); beyond some 100,000 "
    "distinct rows over a sample of them, always the same",
    source="Guo et al. 2017; Ferrer and Ramos 2024",
    statistics=_statistics,
    figure=_figure,
    unit="loss",
    cost="some 50 ns a row at ten classes",
)
