"""Differences from a baseline: of `xentcli.jobs.comparing` where rows are paired, else of reports.

This is the one place that knows how comparisons and states are made; the gate sees `Delta`s.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError
from xentcli.figures.intervals import Intervals
from xentcli.jobs.checking.comparable import same_slices
from xentcli.jobs.checking.figures import Chosen, figure_of, part_of
from xentcli.jobs.checking.verdicts import Worse
from xentcli.jobs.comparing.comparison import Pairing
from xentcli.jobs.comparing.stored import SKETCHED
from xentcli.jobs.comparing.unpaired import compared as of_other_rows
from xentcli.jobs.comparing.unpaired import counted, of_figures
from xentcli.options import Base
from xentcli.reading.data_sets import Files
from xentcli.sums.slices.slices import MOST_SLICES
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xentcli.figures.values import Value
    from xentcli.jobs.checking.requirement import Requirement
    from xentcli.jobs.comparing.comparison import Candidate, Comparison, Difference, Part
    from xentcli.options import Options
    from xentcli.reading.data_sets import InMemory
    from xentcli.report.report import Report

    Data = Files | InMemory


LOSS = "cross_entropy"
_CONSERVATIVE = (
    "unpaired, and conservative where both are of one test set (a loss, Brier score or accuracy is "
    "paired where --baseline is predictions)"
)


class Delta(NamedTuple):
    """A figure of the baseline, of the candidate, the difference, and of how many rows it is.

    `fixed` is the part of its error that more rows of the candidate would not make less.
    """

    value: Value
    base: Value
    candidate: Value
    rows: int
    pairing: Pairing
    notes: tuple[str, ...] = ()
    fixed: float = 0.0


def compared(base: Data, candidate: Data, options: Options) -> Comparison:
    """The candidate beside the baseline: row by row, or by what states keep of the rows.

    Figures that are no means of a number of each row are left out; the recall of a class is its
    accuracy.
    """
    from xentcli.jobs.comparing.compare import compare
    from xentcli.options import Comparing

    report = options.report
    specs = (*report.metrics, *(["accuracy"] if "recall" in report.metrics else []))
    report = report._replace(metrics=specs, bootstrap=None)
    names = [_name(base, "<baseline>"), _name(candidate, "<data>")]
    # Any slice may be the one that is asked for.
    wanted = Comparing(worst=0, means_only=True, lines=MOST_SLICES)
    return compare([base, candidate], names, options._replace(report=report), wanted)


def _name(data: Data, unnamed: str) -> str:
    if not isinstance(data, Files):
        return unnamed
    paths = data.paths
    return paths[0] if len(paths) == 1 else f"{len(paths)} files"


def paired(comparison: Comparison, requirement: Requirement) -> Delta | None:
    """The difference of the first candidate that a requirement is on.

    None where the comparison holds none for this metric.
    """
    candidate = comparison.candidates[0]
    _check_pairs(candidate, requirement)
    if requirement.class_name is not None and not candidate.classes:
        return None  # rows of no one class: reports have figures of each
    part = part_of(candidate, requirement, comparison.layout.member)
    metrics, rows, of = part or Chosen(candidate.metrics, candidate.rows, "all rows")
    if not rows:
        raise InputError(f"{requirement.named}: {of} {'has' if part else 'have'} no rows in common")
    if requirement.metric is None:
        return None
    key = requirement.key
    if requirement.class_name is not None and key == "recall" and key not in metrics:
        key = "accuracy"
    found = metrics.get(key)
    if found is None:
        return None
    if found.difference.value is None or math.isnan(found.difference.value):
        raise _undefined(requirement, of)
    pairing = candidate.pairing
    if pairing is Pairing.SKETCH and (part is not None or key not in SKETCHED):
        pairing = Pairing.NONE
    notes = (_CONSERVATIVE,) if pairing is Pairing.NONE else ()
    return Delta(found.difference, found.base, found.candidate, rows, pairing, notes)


def _check_pairs(candidate: Candidate, requirement: Requirement) -> None:
    """Raises InputError where rows went uncompared: they may be those that are hard."""
    if any(f.code == "rows-unpaired" for f in candidate.findings):
        raise InputError(
            f"{requirement.named}: some rows of one side have no row on the other",
            hint="score the same rows with both; `xent compare` compares those that both have",
        )


def _undefined(requirement: Requirement, of: str) -> InputError:
    return InputError(
        f"{requirement.named}: the difference of {requirement.key} of {of} is undefined"
    )


def unpaired(
    base: Report, name: str, candidate: Report, requirement: Requirement, confidence: float
) -> Delta:
    """The difference of the figures of two reports."""
    if requirement.slice and not same_slices(base, candidate):
        raise InputError(
            f"{requirement.named}: {shown(name)} has other slices",
            hint=f"make it with {' '.join(f'--by {shown(c)!r}' for c in requirement.columns)}",
        )
    old, new = figure_of(base, requirement, shown(name)), figure_of(candidate, requirement)
    counts = counted(base, old.rows), counted(candidate, new.rows)
    intervals = Intervals(Base.E, confidence)
    value = of_figures(old.value, new.value, *counts, intervals).difference
    if value.value is None:
        raise _undefined(requirement, "both")
    notes = () if requirement.metric is None else (_CONSERVATIVE,)
    # Of one test set both sides grow; of two, the baseline stays as it is.
    fixed = 0.0 if base.source.rows == candidate.source.rows else old.value.stderr or 0.0
    return Delta(value, old.value, new.value, new.rows, Pairing.NONE, notes, fixed)


def worse_of(
    comparison: Comparison, key: str, *, wants_less: bool, confidence: float
) -> tuple[Worse, ...]:
    """The classes, and the slices, that a comparison shows to have got significantly worse."""
    candidate, member = comparison.candidates[0], comparison.layout.member
    found: list[Worse] = []
    for kind, parts in ((member, candidate.classes), ("slice", candidate.slices)):
        own = _differences(parts, key)
        found += _worse(kind, own, wants_less=wants_less, confidence=confidence)
    return tuple(sorted(found, key=lambda w: -abs(w.difference.value or 0.0)))


def worse_between(
    base: Report, candidate: Report, key: str, *, wants_less: bool, confidence: float
) -> tuple[Worse, ...]:
    """The classes that two reports show to have got significantly worse; slices likewise."""
    intervals = Intervals(Base.E, confidence)
    comparison = of_other_rows([base, candidate], ["", ""], intervals)
    return worse_of(comparison, key, wants_less=wants_less, confidence=confidence)


def _differences(parts: Iterable[Part], key: str) -> list[tuple[str, str, Difference]]:
    """Name, metric and difference of each part, by the metric itself or the loss."""
    found = []
    for part in parts:
        metric = key if key in part.metrics else LOSS
        own = part.metrics.get(metric)
        if own is not None:
            found.append((_told(part), metric, own))
    return found


def _told(part: Part) -> str:
    """The name of a class, or the columns and values of a slice."""
    if "class" in part.by or "label" in part.by:
        return part.name
    return ", ".join(f"{name}={value or '(missing)'}" for name, value in part.by.items())


def _worse(
    kind: str,
    parts: Sequence[tuple[str, str, Difference]],
    *,
    wants_less: bool,
    confidence: float,
) -> list[Worse]:
    """Those whose p, corrected by Holm's method, is below 1 - confidence, or that are infinite."""
    found = []
    for name, metric, own in parts:
        change, p = own.difference.value, own.p_holm
        endless = change is not None and math.isinf(change)
        less_is_better = True if metric == LOSS else wants_less
        signed = change if less_is_better else -(change or 0.0)
        sure = endless or (p is not None and p < 1 - confidence)
        if sure and (signed or 0.0) > 0:
            found.append(Worse(kind, name, metric, own.difference, None if endless else p))
    return sorted(found, key=lambda w: -abs(w.difference.value or 0.0))
