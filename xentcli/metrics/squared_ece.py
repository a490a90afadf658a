"""Squared calibration error, without what chance alone would add to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import Metric, Parameter, Setting
from xentcli.figures.values import Value
from xentcli.sums.statistic import ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.totals import Totals
    from xentcli.sums.statistic import Statistic


def _statistics(settings: Mapping[str, Setting]) -> tuple[Statistic, ...]:
    # Loaded when it is asked for, as it is not by default.
    from xentcli.sums.calibration_bins import class_bins, top_bins

    bins = int(settings["bins"])
    return (ROWS, class_bins(bins), top_bins(bins))


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value:
    from xentcli.figures.reliability import bins_of, squared_error

    return Value(squared_error(bins_of(totals, int(settings["bins"]), group)))


METRIC = Metric(
    name="squared_ece",
    summary="mean squared distance of probabilities from shares, less what chance adds to it; "
    "negative where that is more than there is",
    formula="Σ_b (W_b/W) [(ȳ_b - p̄_b)² - ȳ_b (1 - ȳ_b)/(n_b - 1)] over the bins of `ece` with "
    "two rows and more, n_b = (Σw)²/Σw²",
    source="Kumar, Liang, Ma 2019",
    statistics=_statistics,
    figure=_figure,
    parameters=(
        Parameter("bins", 15.0, "how many bins of [0, 1]", low=1.0, high=1000.0, whole=True),
    ),
    cost="that of `ece`, once for both",
)
