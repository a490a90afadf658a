"""Uncertainty: what the labels would cost without any score."""

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
    return figure_of(totals, group, "uncertainty")


METRIC = Metric(
    name="uncertainty",
    summary="the entropy of the labels' shares: what a binary loss would be without any score",
    formula="H(π) = -Σ_k π_k log π_k, π_k = Σ_{y=k} w / Σ w",
    source="Dimitriadis, Gneiting, Jordan 2021: L = miscalibration - discrimination + uncertainty",
    statistics=sums_of_parts,
    figure=_figure,
    check=check_two_classes,
    unit="loss",
    better="neither: it is of the labels alone",
    cost="some 20 ns a row",
)
