"""Perplexity: the number of equally likely classes that would surprise as much."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.metric import Metric, Setting
from xentcli.report import Value
from xentcli.statistic import LOSSES
from xentcli.totals import exponential

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.totals import Totals


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value:
    """exp(L); its interval has the ends of the loss's interval, so it stays above 0."""
    del settings
    loss = totals.mean("loss", group)
    if loss.value is None:
        return Value(None)
    value = exponential(loss.value)
    if loss.stderr is None or math.isinf(value):
        return Value(value)
    reach = totals.z * loss.stderr
    interval = (exponential(loss.value - reach), exponential(loss.value + reach))
    return Value(value, value * loss.stderr, interval, totals.confidence)


METRIC = Metric(
    name="perplexity",
    summary="exp of the cross-entropy: K for uniform predictions of K classes, 1 for perfect ones",
    formula="exp(Σ w·(-log p_y) / Σ w), the same in every base",
    source="Jelinek et al. 1977; standard error by the delta method",
    statistics=LOSSES,
    figure=_figure,
    default=True,
)
