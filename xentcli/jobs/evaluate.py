"""From sources to a report: resolve the layout, run the loop, read figures off the sum."""

from __future__ import annotations

import contextlib
import os
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from xentcli.engine.plan import Plan
from xentcli.engine.threads import run_threads, usable_threads
from xentcli.errors import InputError, UsageError
from xentcli.layout.like import adopted, rule_of
from xentcli.layout.resolve import resolve
from xentcli.layout.schema import Table
from xentcli.metrics import fitting, request
from xentcli.options import (
    FileOptions,
    Options,
    Policy,
    ReportOptions,
    TargetKind,
    check,
)
from xentcli.reading.data_sets import Files, InMemory
from xentcli.report.from_sums import finalise, no_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xentcli.engine.plan import Watcher
    from xentcli.figures.metric import Requested
    from xentcli.layout.layout import Layout
    from xentcli.reading.source import Source
    from xentcli.report.report import Report
    from xentcli.sums.run import Observing, Outcome

__all__ = [
    "Beginning",
    "Files",
    "InMemory",
    "Options",
    "Ran",
    "begin",
    "check_slicing",
    "run",
    "score",
    "table_of",
    "understand",
]

# Less than this is not worth a second worker.
SMALL = 4 << 20
FORKS = hasattr(os, "fork")


def table_of(source: Source, options: FileOptions) -> Table:
    """What a source shows before its rows are read."""
    return Table(source.columns, source.sample(), options.no_header)


def understand(source: Source, table: Table, options: Options) -> Layout:
    """Resolves the layout of a source, given what it shows (`table_of`).

    Raises the resolver's errors with the source's name.
    """
    try:
        return resolve(table, options.columns, adopted(options.policy).ignore_label)
    except InputError as error:
        if not table.has_rows:
            raise no_rows(source.path) from None
        raise InputError(f"{source.path}: {error.message}", hint=error.hint) from None


class Beginning(NamedTuple):
    """The sources opened so far, and the one of them that tells the layout, with what it shows."""

    opened: list[Source]
    telling: Source
    table: Table


def begin(sources: Iterator[Source], options: FileOptions) -> Beginning:
    """Opens sources up to the first that shows rows: that one tells the layout, else the first."""
    opened: list[Source] = []
    tables: list[Table] = []
    for source in sources:
        opened.append(source)
        tables.append(table_of(source, options))
        if tables[-1].has_rows:
            return Beginning(opened, source, tables[-1])
    return Beginning(opened, opened[0], tables[0])


class Ran(NamedTuple):
    """A run that is done: how the rows were read, what they add up to, and what is asked of it."""

    layout: Layout
    outcome: Outcome
    requested: Sequence[Requested]
    policy: Policy

    def report(self, options: ReportOptions) -> Report:
        """What is read off the sum."""
        return finalise(self.layout, self.outcome, self.requested, self.policy, options)


def score(data: Files | InMemory, options: Options, watcher: Watcher | None = None) -> Report:
    """Scores all rows of a data set and reports; raises what `run` and `finalise` raise."""
    return run(data, options, watcher).report(options.report)


def run(
    data: Files | InMemory,
    options: Options,
    watcher: Watcher | None = None,
    observing: Sequence[Observing] = (),
) -> Ran:
    """Adds up all rows of a data set, and what is `observing` besides.

    Raises InputError for rows that cannot be scored, and UsageError for options that do
    not fit the data.
    """
    check(options.policy, options.report, options.run)
    requested = request(options.report.metrics)
    sources = data.open()
    with contextlib.ExitStack() as stack:
        opened, telling, table = begin(sources, options.file)
        for source in opened:
            stack.callback(source.close)
        layout = understand(telling, table, options)
        if options.report.find_slices:
            from xentcli.layout import by_columns

            layout = layout._replace(searched=by_columns.searched(table, layout))
        _check_labels(layout, options.policy)
        check_slicing(layout, options.report)
        observing = [*observing, *_observing(options.report)]
        for asked in observing:
            asked.check(layout)
        rule_of(options.policy, layout)
        requested = fitting(requested, layout, chosen=bool(options.report.metrics))
        if options.report.calibration:
            from xentcli.report.calibration import with_calibration

            requested = with_calibration(requested, layout)
        options = options._replace(policy=adopted(options.policy))
        plan = _plan(layout, requested, data.bytes, options, observing)
        try:
            before = None
            if any(bins.unknown for _, bins in layout.bins):
                plan, before = with_bins(plan, data, options)
            outcome = _run(plan, data, options, chain(opened, sources), watcher)
        except InputError:
            # A file that changed meanwhile explains any other trouble with it.
            for source in opened:
                source.check_unchanged()
            raise
    if before not in (None, outcome.sum.read):
        raise InputError(f"{outcome.facts[0].path}: has other rows when it is read again")
    return Ran(plan.layout, outcome, requested, options.policy)


def _run(
    plan: Plan,
    data: Files | InMemory,
    options: Options,
    sources: Iterator[Source],
    watcher: Watcher | None = None,
) -> Outcome:
    """Works through all splits, in processes where that is allowed and worth it."""
    if options.run.processes and data.bytes is not None and plan.workers > 1 and FORKS:
        from xentcli.engine.forked import run_forked

        return run_forked(plan, data.open, watcher)
    return run_threads(plan, sources, watcher)


def with_bins(plan: Plan, data: Files | InMemory, options: Options) -> tuple[Plan, int]:
    """The plan with the edges of quantile bins, and how many rows they were found in."""
    from xentcli.engine.quantile_pass import ColumnPass
    from xentcli.sums.slices.quantile_edges import with_edges

    sources = data.reopen()
    if sources is None:
        raise UsageError(
            "--by: quantile bins read the data twice, which cannot be done here",
            hint="write the stream to a file first, or say where the bins end: 'age[18,65]'",
        )
    found = _run(ColumnPass(*plan), data, options, sources)
    return plan._replace(layout=with_edges(plan.layout, found)), found.sum.read


def _check_labels(layout: Layout, policy: Policy) -> None:
    """Raises UsageError for labels to be left out where rows have none."""
    if policy.ignore_label and layout.kind is not TargetKind.CLASS:
        raise UsageError("--ignore-label is for rows that have one label each")


def check_slicing(layout: Layout, report: ReportOptions) -> None:
    """Raises UsageError for options of slices where there are none."""
    if report.min_rows and not (layout.by or report.find_slices):
        raise UsageError("--min-rows goes with --by or --find-slices")
    if report.max_slices is not None and not layout.parted_by:
        raise UsageError("--max-slices goes with --by or --cluster")


def _plan(
    layout: Layout,
    requested: Sequence[Requested],
    size: int | None,
    options: Options,
    observing: Sequence[Observing],
) -> Plan:
    """What is done with every split, and by how many workers."""
    bootstrap = options.report.bootstrap
    work = 1 if bootstrap is None else 1 + bootstrap.replicates // 32
    small = size is not None and size * work < SMALL
    return Plan.of(
        layout,
        options.policy,
        [s for r in requested for s in r.statistics()],
        workers=1 if small else options.run.threads or usable_threads(),
        rows=options.run.block_rows,
        slices=options.report.max_slices,
        observing=observing,
    )


def _observing(report: ReportOptions) -> Iterator[Observing]:
    """What is added up besides the metrics' sums, as far as it is asked for."""
    if report.find_slices:
        from xentcli.sums.slices.search import Searching

        yield Searching()
    if report.bootstrap is not None:
        from xentcli.sums.resampling import Resampling

        yield Resampling(report.bootstrap)
