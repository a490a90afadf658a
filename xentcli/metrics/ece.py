"""Expected calibration error: how far probabilities are from shares, bin by bin."""

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
    from xentcli.figures.reliability import bins_of, expected_error

    return Value(expected_error(bins_of(totals, int(settings["bins"]), group)))


METRIC = Metric(
    name="ece",
    summary="mean distance of predicted probabilities from observed shares, bin by bin",
    formula="Σ_b W_b |ȳ_b - p̄_b| / Σ w over bins of equal width; of two classes p is the "
    "positive one's, of more the largest, by class p_k",
    source="Naeini et al. 2015; Guo et al. 2017; by class: Kull et al. 2019",
    statistics=_statistics,
    figure=_figure,
    parameters=(
        Parameter("bins", 15.0, "how many bins of [0, 1]", low=1.0, high=1000.0, whole=True),
    ),
    aliases=("expected_calibration_error",),
    cost="some 70 ns a row at ten classes",
)
