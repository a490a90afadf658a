"""Log-likelihood: the sum that cross-entropy is the negative mean of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from xentcli.figures.metric import EVERYTHING, Metric, Setting
from xentcli.figures.values import Estimate
from xentcli.sums.statistic import LOSSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.slice_columns import Column, SliceTotals
    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value:
    del settings
    mean = totals.mean("loss", group)
    if mean.value is None:
        return totals.figure(mean, totals.base.unit)
    value = -totals.total("loss", group) if mean.value else 0.0
    stderr = None if mean.stderr is None else mean.stderr * totals.weight(group)
    if math.isinf(value):
        stderr = None
    return totals.figure(Estimate(value, stderr, mean.df), totals.base.unit, totals.base.nats)


def _column(totals: SliceTotals, settings: Mapping[str, Setting]) -> Column:
    del settings
    value, stderr = totals.mean("loss")
    total = np.where(np.isinf(value), -np.inf, 0.0 - totals.sums("loss"))
    errors = np.where(np.isinf(total), np.nan, stderr * totals.weight)
    return totals.figure(total, errors, totals.whole.base.unit, totals.whole.base.nats)


METRIC = Metric(
    name="log_likelihood",
    summary="logarithm of the probability that the model gave to all true classes together",
    formula="-Σ w·(-log p_y)",
    source="its standard error is that of the mean times Σ w",
    statistics=LOSSES,
    figure=_figure,
    column=_column,
    kinds=EVERYTHING,
    unit="loss",
    extensive=True,
    better="higher",
    default=True,
)
