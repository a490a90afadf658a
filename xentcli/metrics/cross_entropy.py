"""Cross-entropy: the mean surprise of the true classes under the predicted probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.metric import Metric, Setting
from xentcli.statistic import LOSSES, Statistic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.report import Value
    from xentcli.totals import Totals


def _statistics(settings: Mapping[str, Setting]) -> tuple[Statistic, ...]:
    del settings
    return LOSSES


def _overall(totals: Totals, settings: Mapping[str, Setting]) -> Value:
    del settings
    return _figure(totals, None)


def _by_class(totals: Totals, k: int, settings: Mapping[str, Setting]) -> Value:
    del settings
    return _figure(totals, k)


def _figure(totals: Totals, group: int | None) -> Value:
    return totals.figure(totals.mean("loss", group), totals.base.unit, totals.log_base)


METRIC = Metric(
    name="cross_entropy",
    summary="mean of -log p over the rows, p being the probability given to the true class",
    formula="Σ w·(-log p_y) / Σ w",
    source="Good 1952; the binary and the categorical log loss are both this",
    statistics=_statistics,
    overall=_overall,
    by_class=_by_class,
    unit="loss",
    aliases=("log_loss", "logloss", "nll"),
    default=True,
    default_by_class=True,
)
