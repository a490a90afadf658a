"""From sources to a report: resolve the layout, run the loop, read figures off the sum."""

from __future__ import annotations

import contextlib
import os
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from xentcli.adopting import adopted, rule_of
from xentcli.engine import Plan, run_threads, usable_threads
from xentcli.errors import InputError, UsageError
from xentcli.finalising import finalise, no_rows
from xentcli.metrics import fitting, request
from xentcli.options import (
    ColumnOptions,
    FileOptions,
    Policy,
    ReportOptions,
    RunOptions,
    TargetKind,
    check,
)
from xentcli.resolve import resolve
from xentcli.schema import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xentcli.engine import Outcome, Watcher
    from xentcli.layout import Layout
    from xentcli.metric import Requested
    from xentcli.options import Bootstrap
    from xentcli.readers.source import Source
    from xentcli.report import Report


# Less than this is not worth a second worker.
_SMALL = 4 << 20
# Of each name, a worker keeps so many sums of replicates: some 600 MB for the default figures.
_MOST_SUMS = 1 << 19
_FORKS = hasattr(os, "fork")


class Options(NamedTuple):
    """All that a scoring run can be asked for."""

    file: FileOptions = FileOptions()
    columns: ColumnOptions = ColumnOptions()
    policy: Policy = Policy()
    report: ReportOptions = ReportOptions()
    run: RunOptions = RunOptions()


class Files:
    """The parts of a data set that lie in files or come through pipes."""

    def __init__(self, arguments: Sequence[str], options: FileOptions) -> None:
        from xentcli.sources import expand

        self._parts = expand(arguments)
        self._options = options

    def open(self) -> Iterator[Source]:
        """Opens the parts one by one, as they are asked for."""
        from xentcli.readers import open_source

        for part in self._parts:
            yield open_source(part.path, self._options, part.partitions)

    def reopen(self) -> Iterator[Source] | None:
        """The parts opened anew; None where one is a pipe, and can be opened only once."""
        return None if self.bytes is None else self.open()

    def anew(self) -> Files | None:
        """The same data for another run; None where a part can be read only once."""
        return None if self.bytes is None else self

    @property
    def paths(self) -> list[str]:
        """The parts' paths."""
        return [part.path for part in self._parts]

    @property
    def bytes(self) -> int | None:
        """The size of all parts; None where one is a pipe, and can be opened only once."""
        total = 0
        for part in self._parts:
            if not os.path.isfile(part.path):
                return None
            total += os.path.getsize(part.path)
        return total


class InMemory:
    """A data set that is an opened source already; `again`, if it is given, opens it anew."""

    bytes = None

    def __init__(self, source: Source, again: Callable[[], Source | None] | None = None) -> None:
        self._source = source
        self._again = again

    def open(self) -> Iterator[Source]:
        """The source itself; it can be read once."""
        yield self._source

    def reopen(self) -> Iterator[Source] | None:
        """The source opened anew; None where that cannot be."""
        source = None if self._again is None else self._again()
        return None if source is None else iter([source])

    def anew(self) -> InMemory | None:
        """The same data for another run; None where they can be read only once."""
        source = None if self._again is None else self._again()
        return None if source is None else InMemory(source, self._again)


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


def score(data: Files | InMemory, options: Options, watcher: Watcher | None = None) -> Report:
    """Scores all rows of a data set and reports.

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
            from xentcli import by_columns

            if layout.cluster is not None:
                raise UsageError(
                    "--find-slices takes rows for independent, and so cannot go with --cluster",
                    hint="test the slices in question with --by",
                )
            layout = layout._replace(searched=by_columns.searched(table, layout))
        _check_labels(layout, options.policy)
        _check_slicing(layout, options.report)
        rule_of(options.policy, layout)
        requested = fitting(requested, layout, chosen=bool(options.report.metrics))
        _check_bootstrap(layout, options.report.bootstrap)
        if options.report.calibration:
            from xentcli.calibration_section import with_calibration

            requested = with_calibration(requested, layout)
        options = options._replace(policy=adopted(options.policy))
        plan = _plan(layout, requested, data.bytes, options)
        try:
            before = None
            if any(bins.unknown for _, bins in layout.bins):
                plan, before = _with_edges(plan, data, options)
            outcome = _run(plan, data, options, chain(opened, sources), watcher)
        except InputError:
            # A file that changed meanwhile explains any other trouble with it.
            for source in opened:
                source.check_unchanged()
            raise
    if before not in (None, outcome.sum.read):
        raise InputError(f"{outcome.facts[0].path}: has other rows when it is read again")
    return finalise(plan.layout, outcome, requested, options.policy, options.report)


def _run(
    plan: Plan,
    data: Files | InMemory,
    options: Options,
    sources: Iterator[Source],
    watcher: Watcher | None = None,
) -> Outcome:
    """Works through all splits, in processes where that is allowed and worth it."""
    if options.run.processes and data.bytes is not None and plan.workers > 1 and _FORKS:
        from xentcli.forked import run_forked

        return run_forked(plan, data.open, watcher)
    return run_threads(plan, sources, watcher)


def _with_edges(plan: Plan, data: Files | InMemory, options: Options) -> tuple[Plan, int]:
    """The plan with the edges of quantile bins, and how many rows they were found in."""
    from xentcli.quantile_bins import ColumnPass, with_edges

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


def _check_slicing(layout: Layout, report: ReportOptions) -> None:
    """Raises UsageError for options of slices where there are none."""
    if report.min_rows and not (layout.by or report.find_slices):
        raise UsageError("--min-rows goes with --by or --find-slices")
    if report.max_slices is not None and not layout.parted_by:
        raise UsageError("--max-slices goes with --by or --cluster")


def _check_bootstrap(layout: Layout, bootstrap: Bootstrap | None) -> None:
    """Raises UsageError for what is not resampled."""
    if bootstrap is None:
        return
    if layout.by:
        raise UsageError(
            "--bootstrap does not go with --by", hint="slices have errors without it, by formula"
        )
    if bootstrap.replicates * layout.size > _MOST_SUMS:
        most = _MOST_SUMS // layout.size
        raise UsageError(
            f"--bootstrap {bootstrap.replicates} of {layout.k:,} classes takes too much memory",
            hint=f"up to {most:,} replicates are kept of so many",
        )


def _plan(
    layout: Layout, requested: Sequence[Requested], size: int | None, options: Options
) -> Plan:
    """What is done with every split, and by how many workers."""
    bootstrap = options.report.bootstrap
    work = 1 if bootstrap is None else 1 + bootstrap.replicates // 32
    small = size is not None and size * work < _SMALL
    return Plan.of(
        layout,
        options.policy,
        [s for r in requested for s in r.statistics()],
        workers=1 if small else options.run.threads or usable_threads(),
        rows=options.run.block_rows,
        slices=options.report.max_slices,
        bootstrap=bootstrap,
    )
