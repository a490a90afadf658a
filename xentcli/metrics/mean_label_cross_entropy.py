"""Mean cross-entropy of the labels: the multilabel loss shared out among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import LABELS_ONLY, Metric, RowNumber, Setting
from xentcli.sums.statistic import LOSSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value
    from xentcli.options import TargetKind


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value | None:
    del settings
    if group is not None:
        return None
    scale = totals.base.nats * totals.k
    return totals.figure(totals.loss("loss"), totals.base.unit, scale)


def _row(settings: Mapping[str, Setting], kind: TargetKind) -> RowNumber:
    del settings, kind
    return lambda batch: batch.row_losses() / batch.k


METRIC = Metric(
    name="mean_label_cross_entropy",
    summary="binary cross-entropy per label: the sum over labels divided by their number",
    formula="-Σ w·Σ_l (y_l log p_l + (1 - y_l) log(1 - p_l)) / (L Σ w)",
    source="what torch's binary_cross_entropy averages over all elements",
    statistics=LOSSES,
    figure=_figure,
    row=_row,
    unit="loss",
    default=True,
    kinds=LABELS_ONLY,
)
