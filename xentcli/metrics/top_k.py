"""Top-k accuracy: the share of rows whose true class is among the k likeliest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import Metric, Parameter, RowNumber, Setting
from xentcli.sums.statistic import ROWS, top

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value
    from xentcli.options import TargetKind
    from xentcli.sums.statistic import Statistic


def _statistics(settings: Mapping[str, Setting]) -> tuple[Statistic, ...]:
    return (ROWS, top(int(settings["k"])))


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value:
    key, squares = top(int(settings["k"])).keys
    weight, rows = totals.weight_name(group), totals.effective_rows(group)
    below = [(1, weight, group)]
    return totals.share([(1, key, group)], below, rows, (squares, squares, "weight.squares"))


def _row(settings: Mapping[str, Setting], kind: TargetKind) -> RowNumber:
    del kind
    k = int(settings["k"])
    return lambda batch: batch.by_row(lambda _: batch.ranks() < k).astype(float)


METRIC = Metric(
    name="top_k",
    summary="share of rows whose true class is among the k with the largest scores",
    formula="Σ w·[rank of y ≤ k] / Σ w; of equal scores the first class in order ranks first",
    source="Russakovsky et al. 2015; interval: Wilson 1927",
    statistics=_statistics,
    figure=_figure,
    row=_row,
    better="higher",
    share=True,
    parameters=(Parameter("k", 5.0, "how many classes count", low=1.0, whole=True),),
    aliases=("top_k_accuracy",),
    cost="some 40 ns a row at ten classes, for two comparisons a score",
)
