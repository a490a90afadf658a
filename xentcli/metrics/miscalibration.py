"""Miscalibration: what recalibrating the scores would win, keeping their order."""

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
    return figure_of(totals, group, "miscalibration")


METRIC = Metric(
    name="miscalibration",
    summary="the part of a binary loss that recalibration in the order of the scores would "
    "take away",
    formula="L - L(isotonic regression of the label on the score); beyond 131,072 distinct "
    "scores on a grid of them",
    source="Dimitriadis, Gneiting, Jordan 2021: L = miscalibration - discrimination + uncertainty",
    statistics=sums_of_parts,
    figure=_figure,
    check=check_two_classes,
    unit="loss",
    better="lower",
    cost="some 20 ns a row",
)
