"""The loss over the entropy of the labels: what always predicting their frequencies would cost.

Once in sums of rounded terms, correctly rounded, for one data set; and once in double doubles
for very many slices at once.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np

from xentcli.figures.intervals import natural_log
from xentcli.figures.values import Estimate, Term
from xentcli.numerics import doubles
from xentcli.numerics.doubles import Doubles
from xentcli.numerics.elementary import log
from xentcli.numerics.exact import ratio
from xentcli.options import TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xentcli.figures.values import ByCluster, Sums
    from xentcli.numerics.arrays import Floats


def normalized(totals: Sums) -> Estimate:
    """L / H(π), π_k = Σ_{y=k} w / Σ w; its error where rows have one class each."""
    loss = totals.mean("loss").value
    surprises, entropy = _label_surprises(totals)
    if totals.kind is TargetKind.LABELS:
        entropy = _entropy_of_labels(totals)
    if loss is None or entropy == 0:
        return Estimate(None)
    quotient = loss / entropy
    known = totals.kind is TargetKind.CLASS
    if known and totals.clusters is not None:
        return _clustered(totals, totals.clusters, quotient, surprises, entropy)
    return Estimate(quotient, _stderr(totals, quotient, surprises, entropy) if known else None)


def _label_surprises(totals: Sums) -> tuple[list[float], float]:
    """-log of the share of each class in the weight, 0 without weight; and their mean, H(π)."""
    weights, whole = [totals.weight_units(k) for k in range(totals.k)], totals.weight_units()
    shares = [ratio(weight, whole) if whole else 0.0 for weight in weights]
    surprises = [-natural_log(share) if share else 0.0 for share in shares]
    return surprises, math.fsum(p * h for p, h in zip(shares, surprises, strict=True))


def _entropy_of_labels(totals: Sums) -> float:
    """The sum of the labels' own entropies: what predicting each by its frequency would cost."""
    terms: list[float] = []
    for k in range(totals.k):
        on, whole = totals.support_units(k), totals.weight_units(k)
        for part in (on, whole - on):
            share = ratio(part, whole) if whole else 0.0
            terms.append(-share * natural_log(share) if share else 0.0)
    return math.fsum(terms)


def _clustered(
    totals: Sums, clusters: ByCluster, quotient: float, surprises: list[float], entropy: float
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


def _stderr(totals: Sums, ratio: float, surprises: list[float], entropy: float) -> float | None:
    """√Σw²z²/(H Σw) with z = loss - ratio·h_y, from per-class sums alone; see numerics."""
    n = totals.rows()
    if n < 2 or math.isinf(ratio) or totals.infinite("loss.squares"):
        return None
    terms: list[float] = []
    names = products_of(weighted=totals.weighted())
    for k, h in enumerate(surprises):
        squares, cross, own = (totals.total(name, k) for name in names)
        terms += (squares, -2 * ratio * h * cross, (ratio * h) ** 2 * own)
    spread = max(0.0, math.fsum(terms))
    correction = 1.0 if totals.weighted() else n / (n - 1)
    return math.sqrt(spread * correction) / (entropy * totals.weight())


def products_of(*, weighted: bool) -> tuple[str, str, str]:
    """The names of Σw²ℓ², Σw²ℓ and Σw², which without weights are Σℓ², Σℓ and n."""
    own = ("loss.cross", "weight.squares") if weighted else ("loss", "rows")
    return ("loss.squares", *own)


def normalized_columns(
    loss: Floats,
    weights: Sequence[Doubles],
    products: Iterable[Sequence[Floats]],
    factor: Floats,
    weight: Floats,
) -> tuple[Floats, Floats]:
    """The same for many slices, of rows of one class each, whatever their number of rows.

    `loss` is their mean, `weights` and `products` (see `products_of`) the sums of each class,
    `factor` what the variance is multiplied by, and `weight` that of all classes.
    """
    zero = doubles.of(np.zeros(len(loss)))
    together = functools.reduce(Doubles.__add__, weights, zero)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [w.over(together).rounded for w in weights]
        surprises = [np.where(p > 0, -log(np.where(p > 0, p, 1.0)), 0.0) for p in shares]
        parts = (doubles.of(p * h) for p, h in zip(shares, surprises, strict=True))
        entropy = functools.reduce(Doubles.__add__, parts, zero).rounded
        quotient = np.where(entropy == 0, np.nan, loss / entropy)
        spread = zero
        for h, (squares, cross, own) in zip(surprises, products, strict=True):
            lift = quotient * h
            for term in (squares, -2 * lift * cross, lift * lift * own):
                spread = spread + doubles.of(term)
        error = np.sqrt(np.maximum(spread.rounded, 0.0) * factor) / (entropy * weight)
    return quotient, np.where(np.isfinite(quotient), error, np.nan)
