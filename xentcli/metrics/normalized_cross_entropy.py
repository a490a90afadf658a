"""Normalised cross-entropy: the loss relative to always predicting the class frequencies."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np

from xentcli.figures.metric import DECIDED, Metric, Setting
from xentcli.figures.totals import natural_log
from xentcli.figures.values import Estimate, Term, Value
from xentcli.numerics import doubles
from xentcli.numerics.doubles import Doubles
from xentcli.numerics.elementary import log
from xentcli.numerics.exact import ratio
from xentcli.options import TargetKind
from xentcli.sums.statistic import LOSSES, SUPPORT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from xentcli.figures.clusters import Clusters
    from xentcli.figures.slice_columns import Column, SliceTotals
    from xentcli.figures.totals import Totals

    Floats = NDArray[np.float64]


def _label_surprises(totals: Totals) -> tuple[list[float], float]:
    """-log of the share of each class in the weight, 0 without weight; and their mean, H(π)."""
    shares = [totals.quotient_of_weight(k) or 0.0 for k in range(totals.k)]
    surprises = [-natural_log(share) if share else 0.0 for share in shares]
    return surprises, math.fsum(p * h for p, h in zip(shares, surprises, strict=True))


def _entropy_of_labels(totals: Totals) -> float:
    """The sum of the labels' own entropies: what predicting each by its frequency would cost."""
    terms: list[float] = []
    for k in range(totals.k):
        on, whole = totals.support_units(k), totals.weight_units(k)
        for part in (on, whole - on):
            share = ratio(part, whole) if whole else 0.0
            terms.append(-share * natural_log(share) if share else 0.0)
    return math.fsum(terms)


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value | None:
    del settings
    if group is not None:
        return None
    loss = totals.mean("loss").value
    surprises, entropy = _label_surprises(totals)
    if totals.kind is TargetKind.LABELS:
        entropy = _entropy_of_labels(totals)
    if loss is None or entropy == 0:
        return Value(None)
    quotient = loss / entropy
    known = totals.kind is TargetKind.CLASS
    if known and totals.clusters is not None:
        return totals.figure(_clustered(totals, totals.clusters, quotient, surprises, entropy))
    stderr = _stderr(totals, quotient, surprises, entropy) if known else None
    return totals.figure(Estimate(quotient, stderr))


def _clustered(
    totals: Totals, clusters: Clusters, quotient: float, surprises: list[float], entropy: float
) -> Estimate:
    """The error of clustered rows: each adds loss - quotient·h_y to the numerator."""
    if math.isinf(quotient) or totals.infinite("loss"):
        return Estimate(quotient)
    weight = totals.weight_name()
    terms = [Term(1, 1, "loss", None)]
    for k, h in enumerate(surprises):
        numerator, denominator = (-quotient * h).as_integer_ratio()
        terms.append(Term(numerator, denominator, weight, k))
    spread = clusters.spread(terms, [Term(1, 1, weight, None)])
    if spread is None:
        return Estimate(quotient)
    return Estimate(quotient, spread.root / (entropy * totals.weight()), spread.clusters - 1)


def _stderr(totals: Totals, ratio: float, surprises: list[float], entropy: float) -> float | None:
    """√Σw²z²/(H Σw) with z = loss - ratio·h_y, from per-class sums alone; see numerics."""
    n = totals.rows()
    if n < 2 or math.isinf(ratio) or totals.infinite("loss.squares"):
        return None
    terms: list[float] = []
    for k, h in enumerate(surprises):
        cross = "loss.cross" if totals.weighted() else "loss"
        squares = "weight.squares" if totals.weighted() else "rows"
        terms += (
            totals.total("loss.squares", k),
            -2 * ratio * h * totals.total(cross, k),
            (ratio * h) ** 2 * totals.total(squares, k),
        )
    spread = max(0.0, math.fsum(terms))
    correction = 1.0 if totals.weighted() else n / (n - 1)
    return math.sqrt(spread * correction) / (entropy * totals.weight())


def _column(totals: SliceTotals, settings: Mapping[str, Setting]) -> Column | None:
    """The same for all slices, of rows of one class each."""
    del settings
    whole = totals.whole
    if whole.kind is not TargetKind.CLASS:
        return None
    zero = doubles.of(np.zeros(len(totals)))
    weights = [totals.doubles(whole.weight_name(), k) for k in range(whole.k)]
    together = functools.reduce(Doubles.__add__, weights, zero)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [w.over(together).rounded for w in weights]
        surprises = [np.where(p > 0, -log(np.where(p > 0, p, 1.0)), 0.0) for p in shares]
        parts = (doubles.of(p * h) for p, h in zip(shares, surprises, strict=True))
        entropy = functools.reduce(Doubles.__add__, parts, zero).rounded
        loss, _ = totals.mean("loss")
        quotient = np.where(entropy == 0, np.nan, loss / entropy)
        spread = zero
        for k, h in enumerate(surprises):
            cross, squares = _seconds(totals, k)
            lift = quotient * h
            for term in (totals.doubles("loss.squares", k).rounded, -2 * lift * cross):
                spread = spread + doubles.of(term)
            spread = spread + doubles.of(lift * lift * squares)
        rows = totals.rows
        factor = np.ones(len(totals)) if whole.weighted() else rows / (rows - 1)
        error = np.sqrt(np.maximum(spread.rounded, 0.0) * factor) / (entropy * totals.weight)
    unknown = (rows < 2) | ~np.isfinite(quotient) | (totals.infinite("loss.squares") > 0)
    return totals.figure(quotient, np.where(unknown, np.nan, error))


def _seconds(totals: SliceTotals, k: int) -> tuple[Floats, Floats]:
    """Σw²ℓ and Σw² of a class, which without weights are Σℓ and n."""
    names = ("loss.cross", "weight.squares") if totals.whole.weighted() else ("loss", "rows")
    cross, squares = (totals.doubles(name, k).rounded for name in names)
    return cross, squares


METRIC = Metric(
    name="normalized_cross_entropy",
    summary="cross-entropy divided by that of always predicting the class frequencies",
    formula="L / H(π), π_k = Σ_{y=k} w / Σ w; one minus it is McFadden's R²",
    source="He et al. 2014 (normalised entropy); McFadden 1974",
    statistics=(*LOSSES, SUPPORT),
    figure=_figure,
    column=_column,
    kinds=DECIDED,
    aliases=("normalized_entropy", "ne"),
    default=True,
)
