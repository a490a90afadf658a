"""Perplexity per unit: per byte, character or word, whatever the rows stand for."""

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
    return None if group is not None else totals.exponential(totals.per_unit())


METRIC = Metric(
    name="perplexity_per_unit",
    summary="exp of the loss per byte, character or word of the column that --count names",
    formula="exp(Σ w·(-log p) / Σ w·c), the same in every base",
    source="word and byte perplexity of language models, comparable between tokenisers",
    statistics=(*LOSSES, UNITS),
    figure=_figure,
    column=_figure,
    default=True,
    kinds=OUTCOME_ONLY,
    units=True,
)
