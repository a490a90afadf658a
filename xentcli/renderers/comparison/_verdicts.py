"""What a difference says, given how sure one wants to be, and which of things come first."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING

from xentcli.renderers._words.order import gravest_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.figures.values import Value
    from xentcli.jobs.comparing.comparison import Candidate, Comparison, Difference, Part
    from xentcli.report.report import Finding

LOSS = "cross_entropy"
SLICES = "slices"


class Verdict(StrEnum):
    """What may be said of a difference.

    OPEN: it may be chance. UNTESTED: there is no test of it. UNKNOWN: it is undefined. SAME: it
    is nothing. OTHER: it is more than chance, and neither way is the better one.
    """

    BETTER = "better"
    WORSE = "worse"
    OTHER = "differs"
    OPEN = "open"
    SAME = "same"
    UNTESTED = "untested"
    UNKNOWN = "unknown"

    @property
    def word(self) -> str:
        """What stands beside the figures: nothing unless the difference is more than chance."""
        return self.value if self in {Verdict.BETTER, Verdict.WORSE, Verdict.OTHER} else ""

    @property
    def style(self) -> str:
        """Its colour."""
        return {Verdict.BETTER: "green", Verdict.WORSE: "red", Verdict.OTHER: "cyan"}.get(self, "")


def surprise(difference: Difference) -> float | None:
    """The p value that counts: the corrected one, where there is one."""
    return difference.p if difference.p_holm is None else difference.p_holm


def verdict(difference: Difference, level: float) -> Verdict:
    """What a difference says where a p value counts below `level`.

    An infinite difference needs no test: one side gives what happened the probability zero.

    >>> from xentcli.jobs.comparing.comparison import Difference
    >>> from xentcli.figures.values import Value
    >>> d = Difference(Value(0.5), Value(0.4), Value(-0.1), p=0.01)
    >>> verdict(d, 0.05), verdict(d._replace(better="higher"), 0.05), verdict(d, 0.001)
    (<Verdict.BETTER: 'better'>, <Verdict.WORSE: 'worse'>, <Verdict.OPEN: 'open'>)
    """
    value, p = difference.difference.value, surprise(difference)
    if value is None:
        return Verdict.UNKNOWN
    if math.isinf(value) or (p is not None and p < level and value != 0):
        if difference.better not in {"lower", "higher"}:
            return Verdict.OTHER
        good = value < 0 if difference.better == "lower" else value > 0
        return Verdict.BETTER if good else Verdict.WORSE
    if p is None:
        return Verdict.UNTESTED if value else Verdict.SAME
    return Verdict.OPEN


def level_of(comparison: Comparison) -> float:
    """Below this a p value counts."""
    return 1.0 - comparison.confidence


def first_metric(comparison: Comparison) -> str | None:
    """The metric that the page is about: the first of those asked for."""
    return next((key for c in comparison.candidates for key in c.metrics), None)


def ranked(comparison: Comparison, key: str) -> list[Candidate | None]:
    """The candidates by a metric, the best first, the baseline among them as None.

    Undefined figures come last; without a better direction the order is the one given.
    """
    everyone: list[Candidate | None] = [None, *comparison.candidates]
    found = [c.metrics.get(key) for c in comparison.candidates]
    better = {d.better for d in found if d is not None}
    if better not in ({"lower"}, {"higher"}):
        return everyone
    values = [
        shared_base(comparison, key),
        *(None if d is None else d.candidate.value for d in found),
    ]
    sign = 1.0 if better == {"lower"} else -1.0

    def place(i: int) -> tuple[bool, float]:
        value = values[i]
        return (value is None, 0.0 if value is None else sign * value)

    return [everyone[i] for i in sorted(range(len(everyone)), key=place)]


def shared_base(comparison: Comparison, key: str) -> float | None:
    """The baseline's figure; None where it is of other rows for every candidate."""
    values = {c.metrics[key].base.value for c in comparison.candidates if key in c.metrics}
    return values.pop() if len(values) == 1 else None


def figure_of(comparison: Comparison, key: str, of: Candidate | None) -> Value | None:
    """The figure of a candidate, or of the baseline where all share it."""
    if of is not None:
        found = of.metrics.get(key)
        return None if found is None else found.candidate
    if shared_base(comparison, key) is None:
        return None
    return next(c.metrics[key].base for c in comparison.candidates if key in c.metrics)


def best(comparison: Comparison, key: str) -> Candidate | None:
    """The candidate of the best figure, if it is better than the baseline by more than chance."""
    first = ranked(comparison, key)[0]
    if first is None or key not in first.metrics:
        return None
    surely = verdict(first.metrics[key], level_of(comparison)) is Verdict.BETTER
    return first if surely else None


def part_name(part: Part, what: str) -> str:
    """The name of a slice, or of a class, which may be empty."""
    return part.name if what == SLICES else next(iter(part.by.values()), None) or ""


def base_findings(comparison: Comparison) -> list[Finding]:
    """What is to be known of the baseline alone, the gravest first."""
    shared = [{(f.code, f.message) for f in c.findings} for c in comparison.candidates]
    own = [
        finding
        for finding in comparison.findings
        if not all((finding.code, finding.message) in told for told in shared)
    ]
    return list(gravest_first(own))


def direction(parts: Sequence[Part]) -> float:
    """1 where a larger figure is worse, -1 where it is better."""
    for part in parts:
        found = part.metrics.get(LOSS) or next(iter(part.metrics.values()), None)
        if found is not None:
            return -1.0 if found.better == "higher" else 1.0
    return 1.0


def weightiest(parts: Sequence[Part], most: int | None) -> list[Part]:
    """The `most` parts that move the difference most, the largest worsening first.

    Parts without rows come last.
    """
    sign = direction(parts)

    def moves(part: Part) -> float:
        found = part.metrics.get(LOSS) or next(iter(part.metrics.values()), None)
        difference = None if found is None else found.difference.value
        moved = difference if part.contribution is None else part.contribution
        return 0.0 if moved is None or math.isnan(moved) else sign * moved

    kept = sorted(parts, key=lambda part: (part.rows == 0, -abs(moves(part))))[:most]
    return sorted(kept, key=lambda part: (part.rows == 0, -moves(part)))
