"""Perplexity per unit: per byte, character or word, whatever the rows stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import OUTCOME_ONLY, Metric, Setting
from xentcli.sums.statistic import LOSSES, UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.slice_columns import Column, SliceTotals
    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value | None:
    del settings
    return None if group is not None else totals.exponential(totals.per_unit())


def _column(totals: SliceTotals, settings: Mapping[str, Setting]) -> Column:
    del settings
    return totals.exponential(*totals.per_unit())


METRIC = Metric(
    name="perplexity_per_unit",
    summary="exp of the loss per byte, character or word of the column that --count names",
    formula="exp(Σ w·(-log p) / Σ w·c), the same in every base",
    source="word and byte perplexity of language models, comparable between tokenisers",
    statistics=(*LOSSES, UNITS),
    figure=_figure,
    column=_column,
    default=True,
    kinds=OUTCOME_ONLY,
    units=True,
)
