"""Log-likelihood: the sum that cross-entropy is the negative mean of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import EVERYTHING, Metric, Setting
from xentcli.sums.statistic import LOSSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.values import Estimated, Figured_co, Figures


def _figure(
    totals: Figures[Estimated, Figured_co], group: int | None, settings: Mapping[str, Setting]
) -> Figured_co:
    del settings
    total = totals.summed("loss", group, sign=-1)
    return totals.figure(total, totals.base.unit, totals.base.nats)


METRIC = Metric(
    name="log_likelihood",
    summary="logarithm of the probability that the model gave to all true classes together",
    formula="-Σ w·(-log p_y)",
    source="its standard error is that of the mean times Σ w",
    statistics=LOSSES,
    figure=_figure,
    column=_figure,
    kinds=EVERYTHING,
    unit="loss",
    extensive=True,
    better="higher",
    default=True,
)
