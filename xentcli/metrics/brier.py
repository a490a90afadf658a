"""Brier score: the squared error that cross-entropy is usually compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import DECIDED, Metric, Parameter, RowNumber, Setting
from xentcli.sums.statistic import BRIER, ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.values import Estimated, Figured_co, Figures
    from xentcli.options import TargetKind


def _figure(
    totals: Figures[Estimated, Figured_co], group: int | None, settings: Mapping[str, Setting]
) -> Figured_co:
    scale = 2.0 if settings["scale"] == "half" else 1.0
    return totals.figure(totals.mean("brier", group), scale=scale)


def _row(settings: Mapping[str, Setting], kind: TargetKind) -> RowNumber:
    del kind
    scale = 2.0 if settings["scale"] == "half" else 1.0
    return lambda batch: batch.by_row(batch.brier) / scale


METRIC = Metric(
    name="brier",
    summary="mean squared distance of the probabilities from the truth, between 0 and 2",
    formula="Σ w·Σ_c (p_c - y_c)² / Σ w",
    source="Brier 1950; scale=half is the (p - y)² of binary tasks, between 0 and 1",
    statistics=(ROWS, BRIER),
    figure=_figure,
    column=_figure,
    row=_row,
    kinds=DECIDED,
    parameters=(
        Parameter("scale", "full", "full: 0 to 2; half: half of it, 0 to 1", ("full", "half")),
    ),
    default=True,
    cost="some 25 ns a row at ten classes",
)
