"""Cross-entropy: the mean surprise of the true classes under the predicted probabilities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.errors import UsageError
from xentcli.figures import class_weights
from xentcli.figures.metric import EVERYTHING, Metric, Parameter, RowNumber, Setting
from xentcli.figures.values import Estimate, Factors, Over
from xentcli.numerics.exact import ratio, units_of
from xentcli.numerics.ladder import UNIT_BITS
from xentcli.options import TargetKind
from xentcli.rows.losses import Loss
from xentcli.sums.column_statistics import SURPRISES
from xentcli.sums.statistic import LOSSES, family

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xentcli.figures.slice_columns import Column, SliceTotals
    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value
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


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value:
    key = _loss(settings, totals.kind).key
    weights = class_weights.factors(str(settings["class_weight"]), totals)
    factors = None if weights is None else Factors(weights)
    if factors is not None and totals.kind is TargetKind.LABELS:
        factors = factors._replace(over=Over.ROW_WEIGHT)
    positive = float(settings["pos_weight"])
    if positive != 1 and totals.kind is not TargetKind.LABELS:
        sides = [1.0, positive] if totals.positive == 1 else [positive, 1.0]
        factors = Factors(sides, Over.ROW_WEIGHT)
    if weights is not None and settings["smoothing"] and totals.weights_inside and group is None:
        estimate = _smoothed_inside(totals, float(settings["smoothing"]), weights)
    else:
        estimate = totals.loss(key, group, factors=factors)
    labels = totals.labels_in_mean if group is None else 1
    return totals.figure(estimate, totals.base.unit, totals.base.nats * labels)


def _smoothed_inside(totals: Totals, epsilon: float, factors: Sequence[float]) -> Estimate:
    """A smoothed loss whose class factors multiply each class's surprise, as in PyTorch.

    ((1 - ε) Σ_k v_k Σ wℓ_k + ε/K Σ_c v_c Σ w(-log p_c)) / Σ_k v_k Σ w. Its standard error
    would need the products of all pairs of classes, and is not known.
    """
    own = totals.loss("loss", factors=Factors(factors, totals.over))
    if own.value is None or math.isinf(own.value):
        return Estimate(own.value)
    v = [units_of(f) for f in factors]
    every = range(totals.k)
    whole = sum(v[k] * totals.weight_units(k) for k in every)
    if totals.over is Over.ROWS:
        whole = totals.units("rows") << UNIT_BITS
    if any(totals.infinite("surprises", c) for c in every if v[c]):
        return Estimate(math.inf)
    others = ratio(sum(v[c] * totals.units("surprises", c) for c in every), whole)
    return Estimate((1.0 - epsilon) * own.value + epsilon / totals.k * others)


def _column(totals: SliceTotals, settings: Mapping[str, Setting]) -> Column | None:
    whole = totals.whole
    weighed = settings["class_weight"] != class_weights.NONE
    sided = settings["pos_weight"] != 1 and whole.kind is not TargetKind.LABELS
    if weighed or sided or whole.over is Over.ROWS or whole.labels_in_mean != 1:
        return None
    estimates = totals.mean(_loss(settings, whole.kind).key)
    return totals.figure(*estimates, whole.base.unit, whole.base.nats)


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
    column=_column,
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
