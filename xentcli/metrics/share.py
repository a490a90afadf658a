"""Share of the loss: which classes the cross-entropy comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import DECIDED, Metric, Setting
from xentcli.figures.values import Value
from xentcli.numerics.exact import ratio
from xentcli.sums.statistic import LOSSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.totals import Totals


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value | None:
    """A class's part of the total; undefined where the total is 0 or infinite."""
    del settings
    if group is None:
        return None
    whole = totals.units("loss")
    if whole == 0 or totals.infinite("loss") or not totals.occurs(group):
        return Value(None)
    return Value(ratio(totals.units("loss", group), whole))


METRIC = Metric(
    name="share",
    summary="each class's part of the total loss; the parts sum to one",
    formula="Σ_{y=k} w·(-log p_y) / Σ w·(-log p_y)",
    statistics=LOSSES,
    figure=_figure,
    kinds=DECIDED,
    default_by_class=True,
)
