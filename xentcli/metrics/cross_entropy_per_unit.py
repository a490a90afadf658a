"""Cross-entropy per unit: per byte, character or word, whatever the rows stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import OUTCOME_ONLY, Metric, Setting
from xentcli.sums.statistic import LOSSES, UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.values import Estimated, Figured_co, Figures


def _figure(
    totals: Figures[Estimated, Figured_co], group: int | None, settings: Mapping[str, Setting]
) -> Figured_co | None:
    del settings
    if group is not None:
        return None
    return totals.figure(totals.per_unit(), totals.base.unit, totals.base.nats)


METRIC = Metric(
    name="cross_entropy_per_unit",
    summary="loss per byte, character or word: per unit of the column that --count names",
    formula="Σ w·(-log p) / Σ w·c, c being the units that the row stands for",
    source="with --base 2, bits per byte; standard error of a ratio (delta method)",
    statistics=(*LOSSES, UNITS),
    figure=_figure,
    column=_figure,
    unit="loss",
    default=True,
    kinds=OUTCOME_ONLY,
    units=True,
)
