"""Accuracy: the share of rows whose largest score is that of the true class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import DECIDED, Metric, RowNumber, Setting
from xentcli.options import TargetKind
from xentcli.sums.statistic import DECISIONS, ROWS, SUPPORT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.values import Estimated, Figured_co, Figures


def _figure(
    totals: Figures[Estimated, Figured_co], group: int | None, settings: Mapping[str, Setting]
) -> Figured_co | None:
    del settings
    if totals.kind is TargetKind.LABELS:
        return _of_labels(totals, group)
    if group is not None:
        return None
    return totals.hits("correct")


def _of_labels(totals: Figures[Estimated, Figured_co], group: int | None) -> Figured_co:
    """The share of a label's rows, or of all cells, decided rightly: neither missed nor made up."""
    labels = range(totals.k) if group is None else (group,)
    whole = [(1, totals.weight_name(k), k) for k in labels]
    wrong = [(-1, key, k) for k in labels for key in (totals.support_name(k), "predicted")]
    right = [*whole, *wrong, *((2, "correct", k) for k in labels)]
    # The cells of a row are not independent: over all labels the interval is not known.
    return totals.share(right, whole, None if group is None else totals.effective_rows(group))


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
    column=_figure,
    row=_row,
    kinds=DECIDED,
    better="higher",
    share=True,
    default=True,
)
