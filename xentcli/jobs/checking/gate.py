"""The gate: requirements held against predictions, in as few runs over them as it takes."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError, UsageError
from xentcli.jobs.checking import deltas
from xentcli.jobs.checking.baseline import Baseline, open_baseline
from xentcli.jobs.checking.comparable import check_comparable
from xentcli.jobs.checking.deciding import Decision, decide
from xentcli.jobs.checking.figures import figure_of
from xentcli.jobs.checking.runs import Runs
from xentcli.jobs.checking.verdicts import (
    Checked,
    DecideOn,
    Judgement,
    OnInconclusive,
    Verdict,
)
from xentcli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from xentcli.engine.plan import Watcher
    from xentcli.figures.values import Value
    from xentcli.jobs.checking.deltas import Delta
    from xentcli.jobs.checking.requirement import Requirement
    from xentcli.jobs.checking.runs import Data
    from xentcli.jobs.checking.verdicts import Worse
    from xentcli.jobs.evaluate import InMemory
    from xentcli.options import Options
    from xentcli.report.report import Report

    Watching = Callable[[int | None], AbstractContextManager[Watcher | None]]


class Terms(NamedTuple):
    """What is asked of a gate, beside the options of scoring."""

    requirements: tuple[Requirement, ...]
    baseline: str | Report | InMemory | None = None
    decide_on: DecideOn = DecideOn.ESTIMATE
    inconclusive: OnInconclusive = OnInconclusive.PASS


def unwatched(size: int | None) -> AbstractContextManager[Watcher | None]:
    """Runs that nobody looks at."""
    del size
    return nullcontext()


def check(data: Data, terms: Terms, options: Options, watching: Watching = unwatched) -> Checked:
    """Holds every requirement against the data.

    Raises UsageError for requirements that cannot be on these data, and InputError for classes
    and slices that are not there, and for figures that are undefined.
    """
    _check_terms(terms)
    runs = Runs(data, terms.requirements, options, watching)
    baseline = None if terms.baseline is None else open_baseline(terms.baseline, options)
    runs.check_readable(paired=baseline is not None and baseline.report is None)
    gate = _Gate(terms, options, runs, baseline)
    judged = tuple(gate.judge(requirement) for requirement in terms.requirements)
    return Checked(
        __version__,
        runs.name,
        runs.signature,
        terms.decide_on,
        terms.inconclusive,
        options.report.confidence,
        judged,
        runs.findings,
        None if baseline is None else runs.told(baseline.record),
    )


def _check_terms(terms: Terms) -> None:
    if not terms.requirements:
        raise UsageError(
            "nothing is required", hint="say what, as in --require 'cross_entropy <= 0.35'"
        )
    on_delta = [r for r in terms.requirements if r.delta]
    if on_delta and terms.baseline is None:
        raise UsageError(
            f"{on_delta[0].named}: a difference needs --baseline",
            hint="predictions, a state, or the JSON of `xent eval --json`",
        )
    if terms.baseline is not None and not on_delta:
        raise UsageError(
            "--baseline goes with requirements on differences",
            hint="as in --require 'delta.cross_entropy <= 0.01'",
        )


class _Gate:
    def __init__(
        self, terms: Terms, options: Options, runs: Runs, baseline: Baseline | None
    ) -> None:
        self._terms = terms
        self._runs = runs
        self._baseline = baseline
        self._confidence = options.report.confidence

    def judge(self, requirement: Requirement) -> Judgement:
        """The verdict on one requirement, and why."""
        if requirement.delta and self._baseline is not None:
            delta = self._delta(requirement, self._baseline)
            value, rows = delta.value, delta.rows
        else:
            delta = None
            value, rows = figure_of(self._runs.report(requirement), requirement)
        on = DecideOn.ESTIMATE if requirement.metric is None else self._terms.decide_on
        decision = decide(
            value,
            requirement.operator,
            requirement.bound,
            on,
            rows=rows,
            confidence=self._confidence,
            fixed=0.0 if delta is None else delta.fixed,
            share=delta is None and _is_share(requirement),
        )
        if decision is None and self._others_have_one(requirement):
            decision = Decision(Verdict.INCONCLUSIVE)
        if decision is None:
            raise _no_interval(requirement, value)
        needed = None if _extensive(requirement) else decision.rows_needed
        worse: tuple[Worse, ...] = ()
        if decision.verdict is Verdict.FAIL and delta is not None:
            worse = self._worse(requirement)
        return Judgement(
            requirement.text,
            requirement.key,
            requirement.class_name,
            dict(requirement.slice) or None,
            requirement.delta,
            value,
            requirement.bound,
            requirement.operator,
            decision.verdict,
            rows,
            needed,
            _notes(decision.verdict, value, needed, delta, rows),
            None if delta is None else delta.base,
            None if delta is None else delta.candidate,
            None if delta is None else delta.pairing,
            worse,
        )

    def _delta(self, requirement: Requirement, baseline: Baseline) -> Delta:
        if baseline.report is None and requirement.metric is not None:
            found = deltas.paired(self._runs.comparison(requirement, baseline), requirement)
            if found is not None:
                return found
        candidate = self._runs.report(requirement)
        base, name = baseline.report, baseline.record.name
        if base is None:
            base = self._runs.base_report(requirement, baseline)
        check_comparable(base, name, candidate)
        if _extensive(requirement) and base.source.rows != candidate.source.rows:
            raise InputError(
                f"{requirement.named}: {requirement.key} is a sum over the rows, and "
                f"{_other_rows(base, candidate)}"
            )
        found = deltas.unpaired(base, name, candidate, requirement, self._confidence)
        other = _other_rows(base, candidate)
        return found if other is None else found._replace(notes=(*found.notes, other))

    def _others_have_one(self, requirement: Requirement) -> bool:
        """Whether other classes, or slices, have an interval, so that here rows are too few."""
        if requirement.class_name is None and not requirement.slice:
            return False
        report = self._runs.report(requirement)
        parts = report.slices if requirement.slice else report.classes
        values = (part.metrics.get(requirement.key) for part in parts)
        return any(value is not None and value.interval is not None for value in values)

    def _worse(self, requirement: Requirement) -> tuple[Worse, ...]:
        """The parts that a difference of all rows comes from."""
        baseline = self._baseline
        whole = requirement.class_name is None and not requirement.slice
        if baseline is None or not whole or requirement.metric is None:
            return ()
        wants_less = requirement.operator.wants_less
        if baseline.report is not None:
            return deltas.worse_between(
                baseline.report,
                self._runs.report(requirement),
                requirement.key,
                wants_less=wants_less,
                confidence=self._confidence,
            )
        return deltas.worse_of(
            self._runs.comparison(requirement, baseline),
            requirement.key,
            wants_less=wants_less,
            confidence=self._confidence,
        )


def _is_share(requirement: Requirement) -> bool:
    """Whether a figure is a part of something, between 0 and 1."""
    return requirement.metric is not None and requirement.metric.metric.share


def _extensive(requirement: Requirement) -> bool:
    """Whether more rows would change the figure itself."""
    return requirement.metric is not None and requirement.metric.metric.extensive


def _no_interval(requirement: Requirement, value: Value) -> UsageError:
    what = f"{requirement.named}: {requirement.key} has no interval to decide on"
    if requirement.slice:
        return UsageError(
            f"{what} by slice", hint="--bootstrap is not for slices: use --decide-on estimate"
        )
    hint = "--bootstrap N gives every figure one"
    if value.stderr is None and requirement.delta:
        hint += "; a report as --baseline has to be made with it, too"
    return UsageError(what, hint=hint)


def _other_rows(base: Report, candidate: Report) -> str | None:
    old, new = base.source.rows, candidate.source.rows
    return None if old == new else f"the baseline is of {old:,} rows, this is of {new:,}"


def _notes(
    verdict: Verdict, value: Value, needed: int | None, delta: Delta | None, rows: int
) -> tuple[str, ...]:
    told: list[str] = []
    if needed is not None:
        told.append(f"some {needed:,} rows like these {rows:,} would decide")
    elif verdict is Verdict.INCONCLUSIVE:
        few = value.interval is None
        told.append("too few rows for an interval" if few else "more rows may not decide")
    return (*told, *(delta.notes if delta is not None else ()))
