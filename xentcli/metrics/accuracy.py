"""Accuracy: the share of rows whose largest score is that of the true class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import DECIDED, Metric, RowNumber, Setting
from xentcli.options import TargetKind
from xentcli.sums.statistic import DECISIONS, ROWS, SUPPORT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.slice_columns import Column, SliceTotals
    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value | None:
    del settings
    if totals.kind is TargetKind.LABELS:
        return _of_labels(totals, group)
    if group is not None:
        return None
    below, rows = [(1, totals.weight_name(), None)], totals.effective_rows()
    squares = ("correct.squares", "correct.cross", "weight.squares")
    return totals.share([(1, "correct", None)], below, rows, squares)


def _of_labels(totals: Totals, group: int | None) -> Value:
    """The share of a label's rows, or of all cells, decided rightly: neither missed nor made up."""
    labels = range(totals.k) if group is None else (group,)
    whole = [(1, totals.weight_name(k), k) for k in labels]
    wrong = [(-1, key, k) for k in labels for key in (totals.support_name(k), "predicted")]
    right = [*whole, *wrong, *((2, "correct", k) for k in labels)]
    # The cells of a row are not independent: over all labels the interval is not known.
    return totals.share(right, whole, None if group is None else totals.effective_rows(group))


def _column(totals: SliceTotals, settings: Mapping[str, Setting]) -> Column | None:
    del settings
    if totals.whole.kind is TargetKind.LABELS:
        return None
    return totals.proportion("correct")


def _row(settings: Mapping[str, Setting], kind: TargetKind) -> RowNumber | None:
    del settings
    if kind is TargetKind.LABELS:
        return None
    return lambda batch: batch.by_row(batch.hits).astype(float)


METRIC = Metric(
    name="accuracy",
    summary="share of rows whose largest score is the true class's; of equal scores the first wins",
    formula="Σ w·[argmax_c p_c = y] / Σ w",
    source="interval: Wilson 1927, on (Σw)²/Σw² rows where there are weights",
    statistics=(ROWS, SUPPORT, DECISIONS),
    figure=_figure,
    column=_column,
    row=_row,
    kinds=DECIDED,
    better="higher",
    share=True,
    default=True,
)
