"""Focal loss: cross-entropy in which the easy rows count less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.errors import UsageError
from xentcli.figures import class_weights
from xentcli.figures.metric import EVERYTHING, Metric, Parameter, RowNumber, Setting
from xentcli.figures.values import Factors, Over
from xentcli.options import TargetKind
from xentcli.rows.losses import Loss
from xentcli.sums.statistic import ROWS, family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value
    from xentcli.layout.layout import Layout
    from xentcli.sums.statistic import Statistic


def _read_alpha(text: str) -> str:
    """A number for the positive class, which leaves 1 minus it to the other; or class weights."""
    try:
        number = float(text)
    except ValueError:
        return class_weights.read(text)
    if not 0 <= number <= 1:
        raise UsageError(f"alpha is a number from 0 to 1, or NAME=NUMBER,…; not {text}")
    return f"{number:g}" if float(f"{number:g}") == number else repr(number)


def _alpha_number(settings: Mapping[str, Setting]) -> float | None:
    try:
        return float(settings["alpha"])
    except ValueError:
        return None


def _loss(settings: Mapping[str, Setting]) -> Loss:
    return Loss(gamma=float(settings["gamma"]))


def _of_sides(settings: Mapping[str, Setting]) -> Loss:
    """For labels, α and 1 - α weigh the two sides of each, cell by cell."""
    alpha = _alpha_number(settings)
    return _loss(settings)._replace(alpha=alpha) if alpha is not None else _loss(settings)


def _statistics(settings: Mapping[str, Setting]) -> tuple[Statistic, ...]:
    wanted = (family(_loss(settings)), family(_of_sides(settings)))
    return (ROWS, *{s.keys: s for s in wanted}.values())


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value:
    alpha = _alpha_number(settings)
    if totals.kind is TargetKind.LABELS:
        estimate = totals.loss(_of_sides(settings).key, group)
        return totals.figure(estimate, totals.base.unit, totals.base.nats)
    if alpha is not None:
        values = [1.0 - alpha, alpha] if totals.positive == 1 else [alpha, 1.0 - alpha]
    else:
        values = totals.class_factors(str(settings["alpha"])) or []
    factors = Factors(values, Over.ROW_WEIGHT) if values else None
    estimate = totals.loss(_loss(settings).key, group, factors=factors)
    return totals.figure(estimate, totals.base.unit, totals.base.nats)


def _check(layout: Layout, settings: Mapping[str, Setting]) -> None:
    alpha = str(settings["alpha"])
    if _alpha_number(settings) is not None:
        if layout.kind is not TargetKind.LABELS and layout.k != 2:
            raise UsageError(
                f"alpha={alpha} is for two classes; here are {layout.k}",
                hint="weigh them by name: \"focal(alpha='cat=0.25,dog=0.75')\"",
            )
        return
    if alpha != class_weights.NONE and layout.kind in (TargetKind.LABELS, TargetKind.OUTCOME):
        raise UsageError("alpha by name is for classes; here it is one number, or none")
    class_weights.check(alpha, layout.finder(), layout.classes)


def _row(settings: Mapping[str, Setting], kind: TargetKind) -> RowNumber | None:
    if settings["alpha"] != class_weights.NONE and kind is not TargetKind.LABELS:
        return None
    loss = _of_sides(settings)
    return lambda batch: batch.by_row(lambda view: batch.family(view, loss))


METRIC = Metric(
    name="focal",
    summary="cross-entropy in which rows count less the likelier their true class is",
    formula="Σ w·α_y (1 - p_y)^γ (-log p_y) / Σ w",
    source="Lin et al. 2017; gamma=0 without alpha is the cross-entropy",
    statistics=_statistics,
    figure=_figure,
    check=_check,
    row=_row,
    unit="loss",
    parameters=(
        Parameter("gamma", 2.0, "γ, from 0 up", low=0.0, high=1e3),
        Parameter(
            "alpha",
            class_weights.NONE,
            "α of the positive class, 1 - α being that of the other; or cat=1,dog=3; or balanced",
            read=_read_alpha,
        ),
    ),
    aliases=("focal_loss",),
    kinds=EVERYTHING,
    cost="some 45 ns a row at ten classes, 80 where γ is no whole number",
)
