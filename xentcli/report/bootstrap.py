"""Standard errors and intervals of every figure, from its values in the replicates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError
from xentcli.figures.values import Value
from xentcli.layout.layout import Identity, Kind
from xentcli.numerics.exact import ratio
from xentcli.report.report import Finding, Uncertainty
from xentcli.sums.replicates import Replicates
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xentcli.figures.metric import Requested
    from xentcli.figures.totals import Totals
    from xentcli.layout.layout import Layout
    from xentcli.options import Bootstrap
    from xentcli.report.report import Report
    from xentcli.sums.run import Sum
    from xentcli.sums.state import Readable

# Where a figure is undefined or infinite in a greater share of the replicates, the others say
# too little of it.
_MOST_UNDEFINED = 0.05
# Rows that were drawn by so many at a time, on average, make errors wrong by an eighth.
_TOGETHER = 1.25
_SIGMAS = 5.0


def with_errors(
    report: Report,
    total: Sum,
    plan: Bootstrap,
    layout: Layout,
    requested: Sequence[Requested],
    read: Callable[[Readable], Totals],
) -> Report:
    """The report with the bootstrap's standard errors and intervals in the place of others.

    Figures themselves stay those of the data. Raises InputError where many rows are identical
    and nothing else tells them apart.
    """
    identity = Identity.of(layout)
    replicates = total.replicates or Replicates(plan.replicates, layout.size)
    parts = [read(reading) for reading in replicates.readings()]
    found = together(identity, parts, report)
    figures = _Figures(read(total.state), parts)
    by_key = {r.key: r for r in requested}
    return report._replace(
        metrics={key: figures.of(by_key[key], v, None) for key, v in report.metrics.items()},
        classes=tuple(
            c._replace(metrics={key: figures.of(by_key[key], v, k) for key, v in c.metrics.items()})
            for k, c in enumerate(report.classes)
        ),
        findings=tuple(sorted((*report.findings, *found), key=_gravity)),
        uncertainty=Uncertainty("bootstrap", plan.replicates, plan.seed, identity.kind.value),
    )


def _gravity(finding: Finding) -> int:
    return ("error", "warning", "info").index(finding.severity)


class _Figures(NamedTuple):
    """The totals of the data and of every replicate, from which figures are computed."""

    whole: Totals
    parts: Sequence[Totals]

    def of(self, requested: Requested, value: Value, group: int | None) -> Value:
        """A figure with the error and the interval that its replicates say."""
        bare = Value(value.value, unit=value.unit)
        # Other parts of a state than sums are not resampled: what a formula says of them stays.
        if any(s.make is not None for s in requested.statistics()):
            return value
        if value.value is None or math.isinf(value.value):
            return bare
        figures = [self._one(requested, part, group) for part in self.parts]
        return spread(bare, figures, self.whole.confidence)

    def _one(self, requested: Requested, part: Totals, group: int | None) -> float | None:
        """The figure of a replicate."""
        found = requested.overall(part) if group is None else requested.by_class(part, group)
        if found is None or found.value is None or not requested.metric.extensive:
            return None if found is None else found.value
        # A replicate has a few rows more or less than the data, which have as many as they have.
        weight = part.weight_units(group)
        return found.value * ratio(self.whole.weight_units(group), weight) if weight else None


def spread(bare: Value, figures: Sequence[float | None], confidence: float) -> Value:
    """A figure with the standard deviation and the percentiles of its replicates.

    The interval's ends are the quantiles (1 ± confidence)/2, between neighbours in proportion
    (type 7 of Hyndman and Fan 1996). Replicates where the figure is undefined or infinite are
    left out; beyond one in twenty of them nothing is said.

    >>> spread(Value(2.0), [1.0, 2.0, 3.0], 0.5)
    Value(value=2.0, stderr=1.0, interval=(1.5, 2.5), confidence=0.5, unit=None)
    """
    known = sorted(f for f in figures if f is not None and math.isfinite(f))
    n = len(known)
    if n < 2 or len(figures) - n > _MOST_UNDEFINED * len(figures):
        return bare
    mean = math.fsum(known) / n
    squares = 0.0 if known[0] == known[-1] else math.fsum((x - mean) ** 2 for x in known)
    ends = (quantile(known, (1 - confidence) / 2), quantile(known, (1 + confidence) / 2))
    stderr = math.sqrt(squares / (n - 1))
    return bare._replace(stderr=stderr, interval=ends, confidence=confidence)


def quantile(ordered: Sequence[float], p: float) -> float:
    """The p-quantile of ordered numbers, between neighbours in proportion.

    >>> quantile([0.0, 1.0, 4.0], 0.75)
    2.5
    """
    place = p * (len(ordered) - 1)
    below = math.floor(place)
    low, high = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
    return low + (place - below) * (high - low)


def multiplicity(rows: Sequence[int], n: int) -> float:
    """How many rows were drawn together, on average: Σ m²/n over identities of m rows each.

    It is the variance of the replicates' numbers of rows, by `n`.

    >>> multiplicity([98, 102, 104, 96], 100)
    0.13333333333333333
    """
    mean = math.fsum(rows) / len(rows)
    return math.fsum((r - mean) ** 2 for r in rows) / (len(rows) - 1) / n if n else 0.0


def chance(replicates: int) -> float:
    """What the multiplicity of rows all different exceeds in but one of three million runs.

    It is a variance, and so a χ² of one degree of freedom less, whose cube root is nearly normal
    (Wilson and Hilferty 1931).

    >>> round(chance(1000), 2)
    1.24
    """
    narrow = 2 / (9 * (replicates - 1))
    return (1 - narrow + _SIGMAS * math.sqrt(narrow)) ** 3


def together(identity: Identity, parts: Sequence[Totals], report: Report) -> tuple[Finding, ...]:
    """What is to be said of rows that were drawn together though nobody asked for it.

    `parts` are the replicates. Raises InputError where nothing but their content tells rows apart.
    """
    n = report.source.rows
    found = multiplicity([p.rows() for p in parts], n)
    if identity.kind is Kind.CLUSTER or found <= max(_TOGETHER, chance(len(parts))):
        return ()
    times = f"{found:.2g}" if found < 100 else f"{found:,.0f}"
    if identity.kind is Kind.CONTENT:
        name = report.source.paths[0]
        raise InputError(
            f"{name}: rows are identical to others, some {times} of a kind: they cannot be "
            "resampled one by one",
            hint="name a column that tells rows apart with --id",
        )
    message = (
        f"values of '{shown(identity.names[0])}' repeat: rows that share one, some {times}, were "
        "resampled together"
    )
    remedy = "say --cluster if that is meant; else give --id a column without repeats"
    return (Finding("repeated-id", "warning", n, message, remedy),)
