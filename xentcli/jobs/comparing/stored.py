"""Comparisons in which the rows of some data sets are gone, and their states are left.

Two states that were made with `--paired` are compared row by row all the same, by their sketches;
others as data sets of different rows, which makes errors of models that find the same rows hard
too large.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xentcli.errors import InputError, UsageError
from xentcli.figures.intervals import Intervals
from xentcli.figures.values import Estimate
from xentcli.jobs.comparing.comparison import Candidate, Comparison, Difference, Pairing
from xentcli.jobs.comparing.figures import corrected_among, with_test
from xentcli.jobs.comparing.unpaired import compared as as_of_other_rows
from xentcli.jobs.evaluate import run
from xentcli.jobs.states.merging import merged
from xentcli.jobs.states.pair_sketch import BRIER, CELLS, HITS, LOSS
from xentcli.jobs.states.pairing import (
    check_same,
    effective_count,
    mean_difference,
    paired_error,
    whole_weight,
)
from xentcli.jobs.states.recorder import Recording
from xentcli.jobs.states.saved import report_of, saved_of
from xentcli.layout.labels import canonical
from xentcli.layout.like import rule_of
from xentcli.metrics import find
from xentcli.options import Keep, TargetKind
from xentcli.report.report import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.engine.plan import Watcher
    from xentcli.jobs.comparing.comparison import Part
    from xentcli.jobs.evaluate import Files, InMemory
    from xentcli.jobs.states.saved import Saved
    from xentcli.options import Comparing, Options, ReportOptions

SKETCHED = (LOSS, BRIER, HITS)
_CONVENTIONS = {
    "clip": "--clip",
    "like": "--like",
    "sum_to_one": "--sum-to-one",
    "missing": "--missing",
    "unknown_label": "--unknown-label",
    "ignore_label": "--ignore-label",
}


def compared(
    data: Sequence[Files | InMemory],
    stored: Sequence[list[Saved]],
    names: Sequence[str],
    options: Options,
    wanted: Comparing,
    watcher: Watcher | None = None,
) -> Comparison:
    """A comparison of states, and of predictions as their states would be.

    Raises InputError for states of other test sets or conventions, unless `wanted.unpaired`.
    """
    if wanted.allow_missing:
        raise UsageError("--allow-missing is for predictions: a state has no rows to leave out")
    known = [merged(states) for states in stored if states]
    savings = [
        merged(states) if states else _made(part, name, known, options, watcher)
        for part, states, name in zip(data, stored, names, strict=True)
    ]
    base, *others = savings
    for other in others:
        _check_conventions(base, other)
        if not wanted.unpaired:
            check_same(base, other)
            _check_weights(base, other)
    intervals = Intervals(options.report.base, options.report.confidence)
    rows = options.policy.expect_rows
    reports = [report_of(saved, options.report, rows) for saved in savings]
    found = as_of_other_rows(reports, names, intervals)
    if wanted.unpaired:
        return found
    candidates = [
        _paired(candidate, base, other, options.report, intervals)
        for candidate, other in zip(found.candidates, others, strict=True)
    ]
    return found._replace(candidates=corrected_among(candidates))


def _made(
    data: Files | InMemory,
    name: str,
    known: Sequence[Saved],
    options: Options,
    watcher: Watcher | None,
) -> Saved:
    """The state of predictions, as would be kept beside the states there are."""
    layout = known[0].layout
    columns = options.columns._replace(id=options.columns.id or layout.id)
    keep = Keep(paired=all(saved.sketch is not None for saved in known))
    report = options.report
    if not report.metrics:
        report = report._replace(metrics=known[0].metrics)
    asked = options._replace(columns=columns, report=report)
    ran = run(data, asked, watcher, [Recording(keep)])
    return saved_of(ran, report, name)


def _check_conventions(base: Saved, other: Saved) -> None:
    """Raises InputError for states whose figures are not of one kind."""
    for field, option in _CONVENTIONS.items():
        ours, theirs = getattr(base.policy, field), getattr(other.policy, field)
        if ours != theirs:
            raise InputError(
                f"{base.name} and {other.name} cannot be compared: {option} is "
                f"{_told(ours)} in one, {_told(theirs)} in the other",
                hint="make both with the same options",
            )
    if base.layout.task is not other.layout.task:
        raise InputError(f"{base.name} and {other.name} are of different tasks")
    ours, theirs = (set(map(canonical, saved.settled.classes)) for saved in (base, other))
    if ours != theirs:
        raise InputError(f"{base.name} and {other.name} are of different classes")
    if (base.layout.weight is None) != (other.layout.weight is None):
        raise InputError(f"{base.name} and {other.name}: rows have weights in one of them only")
    if base.layout.units != other.layout.units:
        raise InputError(f"{base.name} and {other.name}: --count is not the same column in both")
    if base.layout.cluster != other.layout.cluster:
        raise InputError(f"{base.name} and {other.name}: --cluster is not the same column in both")


def _check_weights(base: Saved, other: Saved) -> None:
    """Raises InputError where rows of one test set weigh otherwise."""
    if base.layout.weight is not None and whole_weight(base) != whole_weight(other):
        raise InputError(f"{base.name} and {other.name}: rows do not weigh the same in both")


def _told(value: object) -> str:
    return "not given" if value is None or value == () else str(getattr(value, "value", value))


def _paired(
    candidate: Candidate,
    base: Saved,
    other: Saved,
    options: ReportOptions,
    intervals: Intervals,
) -> Candidate:
    """The candidate with differences of pairs, where sketches tell of them."""
    metrics: dict[str, Difference] = dict(candidate.metrics)
    paired = False
    for key in SKETCHED:
        found = _of_sketches(metrics.get(key), base, other, key, options, intervals)
        if found is not None:
            metrics[key], paired = found, True
    if paired:
        message = "pairs are known of all rows only: errors of classes and slices, and of other "
        message += "figures, are those of independent rows, and rather too large"
        finding = Finding("parts-unpaired", "info", 1, message)
        pairing = Pairing.SKETCH
    elif base.sketch is not None and other.sketch is not None:
        message = "pairs are known of the cross-entropy, Brier score and accuracy: errors of these "
        message += "figures are those of independent rows, and rather too large"
        finding = Finding("parts-unpaired", "info", 1, message)
        pairing = Pairing.NONE
    else:
        message = "there is no sketch of the pairs: errors are those of independent rows, and "
        message += "rather too large"
        remedy = "make states with --paired --id COL"
        finding = Finding("no-sketch", "warning", 1, message, remedy)
        pairing = Pairing.NONE
    return candidate._replace(
        metrics=metrics,
        pairing=pairing,
        classes=tuple(_contributing(p, candidate.classes, base) for p in candidate.classes),
        findings=(*candidate.findings, finding),
    )


def _contributing(part: Part, parts: Sequence[Part], base: Saved) -> Part:
    """A class with what its rows, which are the same on both sides, make of the difference.

    Not where a row counts for several classes, or for as much as any other whatever its weight.
    """
    rule = rule_of(base.policy, base.layout)
    if base.layout.kind is not TargetKind.CLASS or (rule is not None and rule.per_row):
        return part
    change = part.metrics.get(LOSS)
    weight = math.fsum(p.weight for p in parts)
    if not part.rows:
        return part._replace(contribution=0.0)
    if change is None or change.difference.value is None or math.isinf(change.difference.value):
        return part
    return part._replace(contribution=change.difference.value * part.weight / weight)


def _of_sketches(
    known: Difference | None,
    base: Saved,
    other: Saved,
    key: str,
    options: ReportOptions,
    intervals: Intervals,
) -> Difference | None:
    """The difference with the error that the sketches estimate; None where they do not.

    The estimate is made of 1,024 squares, and so is Student's t of no more degrees of freedom.
    """
    error = None if known is None else paired_error(base, other, key)
    if known is None or error is None:
        return None
    mean = mean_difference(base, other, key)
    if mean is None:
        return None
    scale = options.base.nats if find(key).unit == "loss" else 1.0
    rule = rule_of(base.policy, base.layout)
    if rule is not None and rule.per_label and base.layout.kind is TargetKind.LABELS:
        scale *= base.layout.k
    df = max(1, min(math.floor(effective_count(base)) - 1, CELLS))
    found = with_test(
        intervals,
        known.base,
        known.candidate,
        Estimate(float(mean), error, df),
        known.difference.unit,
        scale,
        shares=float(base.rows) if key == HITS else None,
    )
    return found._replace(better=known.better)
