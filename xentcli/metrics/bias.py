"""Bias: how much more, or less, of a class is predicted than there is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.figures.metric import Metric, Setting
from xentcli.figures.values import Estimate, Value
from xentcli.numerics.exact import ratio
from xentcli.numerics.ladder import UNIT_BITS
from xentcli.sums.column_statistics import PROBABILITIES
from xentcli.sums.statistic import ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.totals import Totals
    from xentcli.sums.statistic import Statistic


def _statistics(settings: Mapping[str, Setting]) -> tuple[Statistic, ...]:
    # Loaded when it is asked for, as it is not by default.
    from xentcli.sums.calibration_bins import VARIANCES

    del settings
    return (ROWS, PROBABILITIES, VARIANCES)


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value | None:
    del settings
    if group is None:
        return None  # over all classes it is 0, wherever probabilities sum to one
    whole = totals.weight_units()
    if not whole:
        return Value(None)
    value = ratio(totals.units("probability", group) - totals.weight_units(group), whole)
    if totals.clusters is not None:
        weight, own = totals.weight_name(), totals.weight_name(group)
        excess = [(1, "probability", group), (-1, own, group)]
        return totals.figure(totals.linear(excess, [(1, weight, None)]))
    spread = totals.units("probability.variance", group)
    stderr = math.sqrt(ratio(spread << UNIT_BITS, whole * whole))
    return totals.figure(Estimate(value, stderr))


METRIC = Metric(
    name="bias",
    summary="mean probability of a class less its share; value / stderr is z, normal under "
    "calibration",
    formula="Σ w (p_k - [y = k]) / Σ w; stderr √Σ w² p_k (1 - p_k) / Σ w, as if the p_k were right",
    source="Spiegelhalter 1986, with the difference in place of its square",
    statistics=_statistics,
    figure=_figure,
    better="closer to 0",
    aliases=("calibration_bias",),
    cost="some 15 ns a row at ten classes",
)
