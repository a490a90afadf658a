"""Macro cross-entropy: the mean of the classes' losses, rare classes counting as much."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.means import Estimate
from xentcli.metric import DISTRIBUTIONS, Metric, Setting
from xentcli.options import TargetKind
from xentcli.statistic import LOSSES
from xentcli.totals import mean_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.report import Value
    from xentcli.totals import Totals


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
    stderr = math.sqrt(math.fsum(e * e for e in errors)) / len(present) if known else None
    return totals.figure(Estimate(value, stderr), totals.base.unit, totals.base.nats)


METRIC = Metric(
    name="macro_cross_entropy",
    summary="plain mean of the classes' cross-entropies, over the classes that occur",
    formula="Σ_k L_k / #{k: class k occurs}",
    statistics=LOSSES,
    figure=_figure,
    kinds=DISTRIBUTIONS,
    unit="loss",
)
