"""One-versus-rest cross-entropy: how well each class is told from all the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.means import over_all
from xentcli.figures.metric import Metric, Setting
from xentcli.figures.totals import mean_of
from xentcli.figures.values import Estimate
from xentcli.sums.column_statistics import ONE_VS_REST
from xentcli.sums.statistic import ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value:
    del settings
    if group is not None:
        found = over_all(totals, "one_vs_rest", group)
    else:
        # The classes' losses of a row are not independent: their mean's error is not known.
        losses = (over_all(totals, "one_vs_rest", k).value for k in range(totals.k))
        found = Estimate(mean_of(losses))
    return totals.figure(found, totals.base.unit, totals.base.nats)


METRIC = Metric(
    name="one_vs_rest",
    summary="binary cross-entropy of each class against the others, over all rows",
    formula="-Σ w·([y=k] log p_k + [y≠k] log(1 - p_k)) / Σ w; overall the plain mean over classes",
    statistics=(ROWS, ONE_VS_REST),
    figure=_figure,
    unit="loss",
    cost="some 460 ns a row at ten classes, for two logarithms a score",
)
