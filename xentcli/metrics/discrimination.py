"""Discrimination: how well the order of the scores tells the classes apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.figures.metric import Metric, Setting
from xentcli.metrics._parts import check_two_classes, figure_of, sums_of_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value | None:
    del settings
    return figure_of(totals, group, "discrimination")


METRIC = Metric(
    name="discrimination",
    summary="the part of the labels' entropy that scores take away, once they are recalibrated",
    formula="H(π) - L(isotonic regression of the label on the score)",
    source="Dimitriadis, Gneiting, Jordan 2021: L = miscalibration - discrimination + uncertainty",
    statistics=sums_of_parts,
    figure=_figure,
    check=check_two_classes,
    unit="loss",
    better="higher",
    cost="some 20 ns a row",
)
