"""Cross-entropy: the mean surprise of the true classes under the predicted probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.metric import Metric, Setting
from xentcli.statistic import LOSSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.report import Value
    from xentcli.totals import Totals


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value:
    del settings
    return totals.figure(totals.mean("loss", group), totals.base.unit, totals.base.nats)


METRIC = Metric(
    name="cross_entropy",
    summary="mean of -log p over the rows, p being the probability given to the true class",
    formula="Σ w·(-log p_y) / Σ w",
    source="Good 1952; the binary and the categorical log loss are both this",
    statistics=LOSSES,
    figure=_figure,
    unit="loss",
    aliases=("log_loss", "logloss", "nll"),
    default=True,
    default_by_class=True,
)
