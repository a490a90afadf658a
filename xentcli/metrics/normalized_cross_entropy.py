"""Normalised cross-entropy: the loss relative to always predicting the class frequencies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.clusters import Term
from xentcli.exact import ratio
from xentcli.means import Estimate
from xentcli.metric import DECIDED, Metric, Setting
from xentcli.options import TargetKind
from xentcli.report import Value
from xentcli.statistic import LOSSES, SUPPORT
from xentcli.totals import natural_log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.clusters import Clusters
    from xentcli.totals import Totals


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


METRIC = Metric(
    name="normalized_cross_entropy",
    summary="cross-entropy divided by that of always predicting the class frequencies",
    formula="L / H(π), π_k = Σ_{y=k} w / Σ w; one minus it is McFadden's R²",
    source="He et al. 2014 (normalised entropy); McFadden 1974",
    statistics=(*LOSSES, SUPPORT),
    figure=_figure,
    kinds=DECIDED,
    aliases=("normalized_entropy", "ne"),
    default=True,
)
