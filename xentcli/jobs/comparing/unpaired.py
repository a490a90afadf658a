"""Differences between data sets of different rows: training against validation, say.

The standard errors of two independent figures add up in squares, and B. L. Welch's degrees of
freedom (1947) say how sure that is.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.errors import InputError
from xentcli.figures.intervals import Intervals
from xentcli.figures.values import Estimate, Value
from xentcli.figures.welch import degrees
from xentcli.jobs.comparing.comparison import Candidate, Comparison, Difference, Pairing, Part
from xentcli.jobs.comparing.figures import corrected, corrected_among, with_test
from xentcli.jobs.evaluate import score
from xentcli.layout.labels import canonical
from xentcli.metrics import request
from xentcli.numerics.distributions import normal_tails
from xentcli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xentcli.engine.plan import Watcher
    from xentcli.jobs.evaluate import Files, InMemory
    from xentcli.options import Options
    from xentcli.report.report import Report


def unpaired(
    data: Sequence[Files | InMemory],
    names: Sequence[str],
    options: Options,
    watcher: Watcher | None = None,
) -> Comparison:
    """Every data set scored by itself, and the differences of the figures that have errors."""
    reports = [score(part, options, watcher) for part in data]
    for name, report in zip(names[1:], reports[1:], strict=True):
        _check_kind(names[0], reports[0], name, report)
    intervals = Intervals(options.report.base, options.report.confidence)
    return compared(reports, names, intervals)


def _check_kind(base: str, ours: Report, name: str, theirs: Report) -> None:
    """Raises InputError for reports of other tasks or classes, whose losses are of another kind."""
    kinds = [
        (report.layout.task, frozenset(map(canonical, report.layout.classes)))
        for report in (ours, theirs)
    ]
    if kinds[0] != kinds[1]:
        raise InputError(
            f"{name}: is of another task, or of other classes, than {base}",
            hint="`xent eval --each` shows them side by side",
        )


def _check_positive(base: str, ours: Report, name: str, theirs: Report) -> None:
    """Raises InputError for figures of the positive class where that may be another one."""
    if _binding(ours) == _binding(theirs):
        return
    both = [key for key in ours.metrics if key in theirs.metrics]
    wanted = next((r.key for r in (request(both) if both else ()) if r.of_positive), None)
    if wanted is not None:
        raise InputError(
            f"{name}: its classes stand in another order than those of {base}, and {wanted} is "
            "of the last one",
            hint="--scores names columns in one order, --positive the class of a single one",
        )


def _binding(report: Report) -> str:
    """The classes in their order, with the positive one, as the signature has them."""
    return report.signature.partition("|classes:")[2].partition("|")[0]


def compared(reports: Sequence[Report], names: Sequence[str], intervals: Intervals) -> Comparison:
    """The differences of reports from the first of them, as of independent rows."""
    base, *others = reports
    for name, other in zip(names[1:], others, strict=True):
        _check_positive(names[0], base, name, other)
    found = [
        Candidate(
            name=name,
            source=other.source,
            signature=other.signature,
            pairing=Pairing.NONE,
            rows=other.source.rows,
            weight=_weight(other),
            metrics=_metrics(base.metrics, other.metrics, counted(base), counted(other), intervals),
            classes=_parts(base, other, "classes", lambda c: {"class": c.name}, intervals),
            slices=_parts(base, other, "slices", lambda s: dict(s.by), intervals),
            uncertainty=other.uncertainty,
            findings=other.findings,
        )
        for name, other in zip(names[1:], others, strict=True)
    ]
    return Comparison(
        version=__version__,
        name=names[0],
        source=base.source,
        signature=base.signature,
        layout=base.layout,
        confidence=intervals.confidence,
        candidates=corrected_among(found),
        findings=base.findings,
    )


def counted(report: Report, rows: int | None = None) -> int:
    """How many rows, of all or of a part, or how many clusters, errors are of."""
    told = report.uncertainty
    if told is None or told.clusters is None:
        return report.source.rows if rows is None else rows
    return told.clusters


def _weight(report: Report) -> float:
    """Σw: of the classes together, where every row has one."""
    own = report.layout.target_scale == "label" and report.layout.task in ("binary", "multiclass")
    return math.fsum(c.weight for c in report.classes) if own else float(report.source.rows)


def _metrics(
    base: Mapping[str, Value],
    candidate: Mapping[str, Value],
    before: int,
    after: int,
    intervals: Intervals,
) -> dict[str, Difference]:
    """The differences of the figures that both have."""
    both = [key for key in base if key in candidate]
    metrics = {r.key: r.metric for r in request(both)} if both else {}
    found = {}
    for key, metric in metrics.items():
        if metric.extensive:
            continue  # it grows with the rows, of which there are others
        difference = of_figures(base[key], candidate[key], before, after, intervals)
        found[key] = difference._replace(better=metric.better)
    return found


def of_figures(
    base: Value, candidate: Value, before: int, after: int, intervals: Intervals
) -> Difference:
    """The difference of two independent figures, of so many rows each."""
    a, b = base.value, candidate.value
    if a is None or b is None or (math.isinf(a) and math.isinf(b)):
        return Difference(base, candidate, Value(None, unit=base.unit))
    value = b - a if math.isinf(b - a) else _exactly(a, b)
    if base.stderr is None or candidate.stderr is None or math.isinf(value):
        return Difference(base, candidate, Value(value, unit=base.unit))
    own, other = base.stderr**2, candidate.stderr**2
    whole = own + other
    sure = float(degrees(own, max(2, before), other, max(2, after), whole))
    # Without any spread, there is but one value on each side.
    df = before + after - 2 if math.isinf(sure) else math.floor(sure)
    estimate = Estimate(value, math.sqrt(whole), max(1, df))
    found = with_test(intervals, base, candidate, estimate, base.unit, 1.0)
    if not (whole == 0 or _leans(base) or _leans(candidate)):
        return found
    if {base.confidence, candidate.confidence} <= {intervals.confidence, None}:
        return _of_shares(found, intervals)
    if not base.stderr or not candidate.stderr:
        # Of another confidence, as a report may be, intervals do not make one of this.
        return found._replace(difference=found.difference._replace(interval=None))
    return found


def _exactly(a: float, b: float) -> float:
    """b - a of the numbers as they are written, so that 0.96 - 0.97 is -0.01."""
    return float(Fraction(repr(b)) - Fraction(repr(a)))


def _leans(figure: Value) -> bool:
    """Whether an interval is longer on one side, as those of shares are."""
    if figure.value is None or figure.interval is None:
        return False
    below, above = figure.value - figure.interval[0], figure.interval[1] - figure.value
    return abs(above - below) > 1e-9 * (above + below)


def _of_shares(found: Difference, intervals: Intervals) -> Difference:
    """The difference with an interval made of those of both figures, each on its own side.

    Where a share is 0 or 1 its error is 0, and its interval is not (Newcombe 1998; Zou and Donner
    2008).
    """
    value = found.difference.value
    ends = found.base.interval, found.candidate.interval
    a, b = found.base.value, found.candidate.value
    if value is None or a is None or b is None or ends[0] is None or ends[1] is None:
        return found
    (low_a, high_a), (low_b, high_b) = ends[0], ends[1]
    below, above = math.hypot(b - low_b, high_a - a), math.hypot(high_b - b, a - low_a)
    toward = below if value > 0 else above
    if toward == 0:
        return found
    p = float(normal_tails(np.array([value / toward * intervals.z]))[0])
    interval = (value - below, value + above)
    return found._replace(difference=found.difference._replace(interval=interval), p=p)


def _parts(
    base: Report,
    candidate: Report,
    kind: str,
    values: Callable[[Any], Mapping[str, str | None]],
    intervals: Intervals,
) -> tuple[Part, ...]:
    """The differences of the classes, or slices, that both have."""
    others = {tuple(values(part).items()): part for part in getattr(candidate, kind)}
    # What is summed up as one may be other slices on the other side.
    others = {key: part for key, part in others.items() if None not in dict(key).values()}
    pairs = [
        (part, other)
        for part in getattr(base, kind)
        if (other := others.get(tuple(values(part).items()))) is not None
    ]
    found = []
    for part, other in pairs:
        counts = counted(base, part.rows), counted(candidate, other.rows)
        found.append(_metrics(part.metrics, other.metrics, *counts, intervals))
    return tuple(
        Part(values(part), other.rows, other.weight, metrics)
        for (part, other), metrics in zip(pairs, corrected(found), strict=True)
    )
