"""One-versus-rest cross-entropy: how well each class is told from all the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.metric import Metric, Setting
from xentcli.statistic import ONE_VS_REST, ROWS, Statistic
from xentcli.totals import Estimate, mean_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xentcli.report import Value
    from xentcli.totals import Totals


def _statistics(settings: Mapping[str, Setting]) -> tuple[Statistic, ...]:
    del settings
    return (ROWS, ONE_VS_REST)


def _loss(totals: Totals, k: int) -> float | None:
    return totals.quotient("one_vs_rest", k, totals.weight_units())


def _overall(totals: Totals, settings: Mapping[str, Setting]) -> Value:
    del settings
    macro = mean_of(_loss(totals, k) for k in range(totals.k))
    return totals.figure(Estimate(macro), totals.base.unit, totals.log_base)


def _by_class(totals: Totals, k: int, settings: Mapping[str, Setting]) -> Value:
    del settings
    return totals.figure(Estimate(_loss(totals, k)), totals.base.unit, totals.log_base)


METRIC = Metric(
    name="one_vs_rest",
    summary="binary cross-entropy of each class against the others, over all rows",
    formula="-Σ w·([y=k] log p_k + [y≠k] log(1 - p_k)) / Σ w; overall the plain mean over classes",
    statistics=_statistics,
    overall=_overall,
    by_class=_by_class,
    unit="loss",
)
