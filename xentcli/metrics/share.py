"""Share of the loss: which classes the cross-entropy comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.exact import ratio
from xentcli.metric import Metric, Setting, no_overall_figure
from xentcli.report import Value
from xentcli.statistic import LOSSES, Statistic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.totals import Totals


def _statistics(settings: Mapping[str, Setting]) -> tuple[Statistic, ...]:
    del settings
    return LOSSES


def _by_class(totals: Totals, k: int, settings: Mapping[str, Setting]) -> Value:
    """A class's part of the total; undefined where the total is 0 or infinite."""
    del settings
    whole = totals.units("loss")
    if whole == 0 or totals.infinite("loss") or not totals.occurs(k):
        return Value(None)
    return Value(ratio(totals.units("loss", k), whole))


METRIC = Metric(
    name="share",
    summary="each class's part of the total loss; the parts sum to one",
    formula="Σ_{y=k} w·(-log p_y) / Σ w·(-log p_y)",
    statistics=_statistics,
    overall=no_overall_figure,
    by_class=_by_class,
    default_by_class=True,
)
