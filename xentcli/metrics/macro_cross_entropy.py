"""Macro cross-entropy: the mean of the classes' losses, rare classes counting as much."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.figures.metric import DISTRIBUTIONS, Metric, Setting
from xentcli.figures.totals import mean_of
from xentcli.figures.values import Estimate, Term
from xentcli.numerics.ladder import UNIT_BITS
from xentcli.options import TargetKind
from xentcli.sums.statistic import LOSSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.figures.clusters import Clusters
    from xentcli.figures.totals import Totals
    from xentcli.figures.values import Value


def _figure(totals: Totals, group: int | None, settings: Mapping[str, Setting]) -> Value | None:
    """The classes' means are independent, so their errors add up in squares."""
    del settings
    if group is not None:
        return None
    means = [totals.mean("loss", k) for k in range(totals.k)]
    present = [m for m in means if m.value is not None]
    value = mean_of(m.value for m in present)
    errors = [m.stderr for m in present if m.stderr is not None]
    # Where a row counts for several classes, their means are not independent.
    known = (
        totals.kind is TargetKind.CLASS
        and value is not None
        and len(errors) == len(present)
        and not math.isinf(value)
    )
    estimate = Estimate(value)
    if known and totals.clusters is not None:
        estimate = _clustered(totals, totals.clusters, value)
    elif known:
        stderr = math.sqrt(math.fsum(e * e for e in errors)) / len(present)
        estimate = Estimate(value, stderr)
    return totals.figure(estimate, totals.base.unit, totals.base.nats)


def _clustered(totals: Totals, clusters: Clusters, value: float | None) -> Estimate:
    """The error of clustered rows: in a cluster, the classes' means go up and down together."""
    weight = totals.weight_name()
    present = [k for k in range(totals.k) if totals.occurs(k)]
    terms = []
    for k in present:
        top, below = totals.units("loss", k), totals.weight_units(k)
        # (S_kc - L_k W_kc) / W_k, below being W_k in units of 2^-1074
        terms.append(Term(1 << UNIT_BITS, below, "loss", k))
        terms.append(Term(-top << UNIT_BITS, below * below, weight, k))
    spread = clusters.spread(terms, [Term(1, 1, weight, None)])
    if spread is None:
        return Estimate(value)
    return Estimate(value, spread.root / len(present), spread.clusters - 1)


METRIC = Metric(
    name="macro_cross_entropy",
    summary="plain mean of the classes' cross-entropies, over the classes that occur",
    formula="Σ_k L_k / #{k: class k occurs}",
    statistics=LOSSES,
    figure=_figure,
    kinds=DISTRIBUTIONS,
    unit="loss",
)
