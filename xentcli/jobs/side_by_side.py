"""Reports of several sources side by side: in which order, and whether one is surely the best."""

from __future__ import annotations

import math
import re
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xentcli.figures.welch import FEWEST, degrees, in_errors
from xentcli.metrics import find, request
from xentcli.numerics.distributions import holm, student_tails

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from xentcli.figures.values import Value
    from xentcli.report.report import Report

SCHEMA = "xentcli/each/1"
# What a signature says of the data rather than of how it was read.
_OF_THE_DATA = {"task", "k", "rows", "weight", "scale", "classes", "count", "by", "v"}


class Against(NamedTuple):
    """How the first in line differs from another source, number `other`, by Welch's test.

    `p_holm` is corrected for the number of tests. Undefined figures are None: those of a value
    without a standard error, or of fewer than ten rows. An infinite difference needs no test:
    one such row makes a loss infinite, however many more there were.
    """

    other: int
    difference: float | None
    stderr: float | None = None
    p: float | None = None
    p_holm: float | None = None

    def surely(self, confidence: float) -> bool:
        """Whether the difference is more than chance."""
        if self.difference is not None and math.isinf(self.difference):
            return True
        return self.p_holm is not None and self.p_holm < 1.0 - confidence


class SideBySide(NamedTuple):
    """The reports of several sources, in the order in which the sources were named.

    `metric` is what they are ordered by, `better` its better direction, `order` their numbers, the
    best first and undefined ones last. `best` is the first of them, where it differs from every
    other by more than chance, else None; `tests` say so. `differ` names what has to be alike
    for figures to compare, and is not: then none is the best.
    """

    version: str
    sources: tuple[str, ...]
    reports: tuple[Report, ...]
    metric: str | None
    better: str
    confidence: float
    order: tuple[int, ...]
    tests: tuple[Against, ...]
    best: int | None
    differ: tuple[str, ...]
    schema: str = SCHEMA

    def to_dict(self) -> dict[str, Any]:
        """The same as plain containers, shaped as the JSON of `xent eval --each --json`."""
        return {
            "schema": self.schema,
            "version": self.version,
            "sources": list(self.sources),
            "metric": self.metric,
            "better": self.better,
            "confidence": self.confidence,
            "order": [self.sources[i] for i in self.order],
            "best": None if self.best is None else self.sources[self.best],
            "tests": [
                {"other": self.sources[t.other], **dict(zip(t._fields[1:], t[1:], strict=True))}
                for t in self.tests
            ],
            "differ": list(self.differ),
            "reports": [report.to_dict() for report in self.reports],
        }


def side_by_side(
    sources: Sequence[str], reports: Sequence[Report], confidence: float
) -> SideBySide:
    """Orders reports by the first figure that all of them have, and looks for the best."""
    metric = next((k for k in reports[0].metrics if all(k in r.metrics for r in reports)), None)
    declared = None if metric is None else find(metric.partition("(")[0])
    better = "lower" if declared is None else declared.better
    values = [None if metric is None else report.metrics[metric] for report in reports]
    order = _ordered(values, better)
    differ = tuple(_differing(reports, metric))
    tests: tuple[Against, ...] = ()
    # Sums grow with the rows, and where no way is better, none is the best.
    if declared is not None and not declared.extensive and better in {"lower", "higher"}:
        tests = _tests(reports, values, order)
    sure = tests and all(t.surely(confidence) for t in tests)
    return SideBySide(
        version=reports[0].version,
        sources=tuple(sources),
        reports=tuple(reports),
        metric=metric,
        better=better,
        confidence=confidence,
        order=order,
        tests=tests,
        best=order[0] if sure and not differ else None,
        differ=differ,
    )


def _ordered(values: Sequence[Value | None], better: str) -> tuple[int, ...]:
    sign = {"lower": 1.0, "higher": -1.0}.get(better, 0.0)

    def place(i: int) -> tuple[bool, float]:
        value = None if values[i] is None else values[i].value  # type: ignore[union-attr]
        unknown = value is None or math.isnan(value)
        # Zero times infinity is no number.
        return unknown, 0.0 if unknown or not sign else sign * (value or 0.0)

    return tuple(sorted(range(len(values)), key=place))


def _tests(
    reports: Sequence[Report], values: Sequence[Value | None], order: Sequence[int]
) -> tuple[Against, ...]:
    """The first in line against each other source, rows taken for independent."""
    first = order[0]
    found = [_welch(values, reports, first, other) for other in order[1:]]
    p = np.array([math.nan if t.p is None else t.p for t in found], dtype=np.float64)
    adjusted = [None if math.isnan(x) else x for x in holm(p).tolist()]
    return tuple(t._replace(p_holm=x) for t, x in zip(found, adjusted, strict=True))


def _welch(
    values: Sequence[Value | None], reports: Sequence[Report], first: int, other: int
) -> Against:
    a, b = values[first], values[other]
    if a is None or b is None or a.value is None or b.value is None:
        return Against(other, None)
    if math.isinf(a.value) and a.value == b.value:
        return Against(other, None)
    difference = a.value - b.value
    if a.stderr is None or b.stderr is None:
        return Against(other, difference)
    own, theirs = a.stderr**2, b.stderr**2
    stderr = math.sqrt(own + theirs)
    n, m = _witnesses(reports[first]), _witnesses(reports[other])
    if min(n, m) < FEWEST:
        return Against(other, difference, stderr)
    t, df = in_errors(difference, stderr), degrees(own, n, theirs, m, own + theirs)
    return Against(other, difference, stderr, float(student_tails(t, df)))


def _witnesses(report: Report) -> int:
    """How many rows, or clusters of them, vouch for the figures."""
    clusters = None if report.uncertainty is None else report.uncertainty.clusters
    return report.source.rows if clusters is None else clusters


def _differing(reports: Sequence[Report], metric: str | None) -> Iterator[str]:
    """What has to be alike for figures to compare, and is not."""
    ordered = metric is not None and request([metric])[0].of_positive
    layouts = [report.layout for report in reports]
    facts: dict[str, list[Hashable]] = {
        "task": [layout.task for layout in layouts],
        "classes": [layout.classes if ordered else frozenset(layout.classes) for layout in layouts],
        "targets": [layout.target_scale for layout in layouts],
        "weights": [layout.weight for layout in layouts],
        "units": [layout.units for layout in layouts],
        "conventions": [_conventions(report.signature) for report in reports],
    }
    return compress(facts, (len(set(found)) > 1 for found in facts.values()))


def _conventions(signature: str) -> frozenset[str]:
    fields = re.split(r"(?<!\\)\|", signature)
    return frozenset(f for f in fields if f.partition(":")[0] not in _OF_THE_DATA)
