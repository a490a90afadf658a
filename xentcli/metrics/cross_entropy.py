"""Cross-entropy: the mean surprise of the true classes under the predicted probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.errors import UsageError
from xentcli.figures import class_weights
from xentcli.figures.metric import EVERYTHING, Metric, Parameter, RowNumber, Setting
from xentcli.figures.values import Factors, Over
from xentcli.options import TargetKind
from xentcli.rows.losses import Loss
from xentcli.sums.column_statistics import SURPRISES
from xentcli.sums.statistic import LOSSES, family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.values import Estimated, Figured_co, Figures
    from xentcli.layout.layout import Layout
    from xentcli.sums.statistic import Statistic


def _loss(settings: Mapping[str, Setting], kind: TargetKind) -> Loss:
    """The loss of a row. Only labels have their positive side weighted row by row."""
    labels = kind is TargetKind.LABELS
    positive = float(settings["pos_weight"]) if labels else 1.0
    return Loss(smoothing=float(settings["smoothing"]), positive=positive)


def _statistics(settings: Mapping[str, Setting]) -> tuple[Statistic, ...]:
    needed = {family(_loss(settings, kind)).keys: family(_loss(settings, kind)) for kind in _KINDS}
    inside = settings["smoothing"] and settings["class_weight"] != class_weights.NONE
    return (*LOSSES, *needed.values(), *((SURPRISES,) if inside else ()))


_KINDS = (TargetKind.CLASS, TargetKind.LABELS)


def _figure(
    totals: Figures[Estimated, Figured_co], group: int | None, settings: Mapping[str, Setting]
) -> Figured_co:
    factors = _factors(totals, group, settings)
    loss = totals.loss(_loss(settings, totals.kind).key, group, factors=factors)
    labels = totals.labels_in_mean if group is None else 1
    return totals.figure(loss, totals.base.unit, totals.base.nats * labels)


def _factors(
    totals: Figures[Estimated, Figured_co], group: int | None, settings: Mapping[str, Setting]
) -> Factors | None:
    """What the settings weigh the classes with."""
    labels, positive = totals.kind is TargetKind.LABELS, float(settings["pos_weight"])
    weights = totals.class_factors(str(settings["class_weight"]))
    if positive != 1 and not labels:
        return Factors([1.0, positive][:: 1 if totals.positive == 1 else -1], Over.ROW_WEIGHT)
    if weights is None:
        return None
    inside = totals.weights_inside and group is None
    over = Over.ROW_WEIGHT if labels else Over.WEIGHT
    return Factors(weights, over, float(settings["smoothing"]) if inside else 0.0)


def _check(layout: Layout, settings: Mapping[str, Setting]) -> None:
    weights = str(settings["class_weight"])
    class_weights.check(weights, layout.finder(), layout.classes)
    if weights != class_weights.NONE and layout.kind is TargetKind.OUTCOME:
        raise UsageError("class_weight needs classes; the outcomes of this task have none")
    if weights == class_weights.BALANCED and layout.kind is TargetKind.LABELS:
        raise UsageError("class_weight=balanced is for classes, of which a row has one, not labels")
    if settings["smoothing"] and layout.kind is TargetKind.OUTCOME:
        raise UsageError("smoothing needs the scores of all classes, not of the outcome alone")
    if settings["pos_weight"] != 1:
        if layout.kind is not TargetKind.LABELS and layout.k != 2:
            raise UsageError(f"pos_weight is for two classes or for labels; here are {layout.k}")
        if weights != class_weights.NONE:
            raise UsageError("pos_weight and class_weight say the same: give one of them")


def _row(settings: Mapping[str, Setting], kind: TargetKind) -> RowNumber | None:
    sided = settings["pos_weight"] != 1 and kind is not TargetKind.LABELS
    if settings["class_weight"] != class_weights.NONE or sided:
        return None
    loss = _loss(settings, kind)
    if loss.plain:
        return lambda batch: batch.row_losses()
    return lambda batch: batch.by_row(lambda view: batch.family(view, loss))


METRIC = Metric(
    name="cross_entropy",
    summary="mean of -log p over the rows, p being the probability given to the true class",
    formula="Σ w·(-log p_y) / Σ w; soft targets: -Σ_c q_c log p_c; labels: the sum of theirs",
    source="Good 1952; the binary and the categorical log loss are both this. "
    "Smoothing: Szegedy et al. 2016",
    statistics=_statistics,
    figure=_figure,
    column=_figure,
    check=_check,
    row=_row,
    unit="loss",
    parameters=(
        Parameter(
            "smoothing",
            0.0,
            "ε of the smoothed target (1 - ε) y + ε/K; labels: (1 - ε) y + ε/2",
            low=0.0,
            high=1.0,
        ),
        Parameter(
            "class_weight",
            class_weights.NONE,
            "weights v of the classes: balanced, or 'cat=2,dog=1' in quotes (others weigh 1), or a "
            "JSON file: Σ v w ℓ / Σ v w",
            read=class_weights.read,
        ),
        Parameter(
            "pos_weight",
            1.0,
            "factor of the loss where the positive class, or a label, is on: Σ v w ℓ / Σ w",
            low=0.0,
            high=1e60,
        ),
    ),
    aliases=("log_loss", "logloss", "nll"),
    default=True,
    default_by_class=True,
    kinds=EVERYTHING,
    cost="smoothing: some 210 ns a row at ten classes, for the logarithms of all; weights: some 5",
)
