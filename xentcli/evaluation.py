"""From sources to a report: resolve the layout, run the loop, read figures off the sum."""

from __future__ import annotations

import functools
import os
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xentcli import __version__
from xentcli.conventions import adopted, rule_for
from xentcli.engine import Plan, run_threads, usable_threads
from xentcli.errors import InputError
from xentcli.findings import example_locator, findings
from xentcli.metrics import fitting, request
from xentcli.options import (
    ColumnOptions,
    FileOptions,
    Policy,
    ReportOptions,
    RunOptions,
    check,
)
from xentcli.report import (
    ClassReport,
    LayoutReport,
    Report,
    SourceReport,
)
from xentcli.resolve import resolve
from xentcli.schema import Table
from xentcli.signature import signature
from xentcli.totals import Totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xentcli.engine import Outcome, Sum, Watcher
    from xentcli.layout import Layout
    from xentcli.metric import Requested
    from xentcli.readers.source import Source
    from xentcli.report import SliceReport
    from xentcli.slices import Slices
    from xentcli.totals import Readable


# Less than this is not worth a second worker.
_SMALL = 4 << 20


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
    """A data set that is an opened source already."""

    bytes = None

    def __init__(self, source: Source) -> None:
        self._source = source

    def open(self) -> Iterator[Source]:
        """The source itself; it can be read once."""
        yield self._source


def table_of(source: Source, options: FileOptions) -> Table:
    """What a source shows before its rows are read."""
    return Table(source.columns, source.sample(), options.no_header)


def understand(source: Source, table: Table, options: Options) -> Layout:
    """Resolves the layout of a source, given what it shows (`table_of`).

    Raises the resolver's errors with the source's name.
    """
    try:
        return resolve(table, options.columns, options.policy.ignore_label)
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


def no_rows(name: str) -> InputError:
    """The error for data without a single row."""
    return InputError(f"{name}: no rows", hint="there is a header, or a schema, and no more")


def score(data: Files | InMemory, options: Options, watcher: Watcher | None = None) -> Report:
    """Scores all rows of a data set and reports.

    Raises InputError for rows that cannot be scored, and UsageError for options that do
    not fit the data.
    """
    check(options.policy, options.report, options.run)
    options = options._replace(policy=adopted(options.policy))
    requested = request(options.report.metrics)
    sources = data.open()
    opened, telling, table = begin(sources, options.file)
    layout = understand(telling, table, options)
    rule_for(options.policy.like, layout)
    requested = fitting(requested, layout, chosen=bool(options.report.metrics))
    size = data.bytes
    small = size is not None and size < _SMALL
    plan = Plan.of(
        layout,
        options.policy,
        [s for r in requested for s in r.statistics()],
        workers=1 if small else options.run.threads or usable_threads(),
        rows=options.run.block_rows,
    )
    if options.run.processes and size is not None and plan.workers > 1 and hasattr(os, "fork"):
        from xentcli.forked import run_forked

        outcome = run_forked(plan, data.open, watcher)
        for source in opened:
            source.close()
    else:
        outcome = run_threads(plan, chain(opened, sources), watcher)
    return finalise(layout, outcome, requested, options)


def finalise(
    layout: Layout, outcome: Outcome, requested: Sequence[Requested], options: Options
) -> Report:
    """The report of a sum: a pure function."""
    total, facts = outcome
    layout = settled(layout, sorted(total.labels), facts[0].path)
    read = functools.partial(_totals, layout, options)
    totals = read(total.state)
    paths = [fact.path for fact in facts]
    _check_rows(totals, total, paths, options.policy)
    locate = example_locator(lambda case: total.row_number(case.place), paths)
    overall = {r.key: r.overall(totals) for r in requested}
    sizes = [fact.size for fact in facts]
    return Report(
        version=__version__,
        signature=signature(layout, totals.rows(), options.policy, options.report),
        source=SourceReport(
            tuple(paths),
            facts[0].format,
            totals.rows(),
            total.read,
            None if None in sizes else sum(s for s in sizes if s is not None),
        ),
        layout=LayoutReport(
            layout.task.value,
            layout.targets,
            layout.scores,
            layout.scale.value,
            layout.classes,
            layout.weight,
            layout.target_scale.value,
            layout.units,
        ),
        metrics={key: value for key, value in overall.items() if value is not None},
        classes=_classes(layout, totals, requested),
        findings=findings(total.tally, totals, layout, options.policy, locate),
        slices=_slices(total.slices, layout, totals, requested, read),
    )


def _totals(layout: Layout, options: Options, state: Readable) -> Totals:
    """Sums as figures, those of all rows or of a slice of them."""
    return Totals(
        state,
        layout.classes,
        weighted=layout.weight is not None,
        kind=layout.kind,
        positive=layout.positive,
        base=options.report.base,
        confidence=options.report.confidence,
        rule=rule_for(options.policy.like, layout),
    )


def _slices(
    slices: Slices,
    layout: Layout,
    totals: Totals,
    requested: Sequence[Requested],
    read: Callable[[Readable], Totals],
) -> Sequence[SliceReport]:
    """The report of every slice: the figures over all its rows, and its share of the loss."""
    if not layout.by:
        return ()
    from xentcli.slice_report import SliceTable
    from xentcli.slice_totals import SliceTotals, column_of

    every = SliceTotals(slices, totals)
    columns = {r.key: r.column(every) for r in requested}
    left = [r for r in requested if columns[r.key] is None]
    if left:
        parts = [read(reading) for _, reading in slices.readings()]
        for r in left:
            columns[r.key] = column_of([r.overall(part) for part in parts])
    if any(r.metric.name == "cross_entropy" for r in requested):
        columns["share"] = every.shares()
    places = slices.places
    order, whole, texts = places.ordered(), places.whole, places.texts
    ordered = [texts[i] for i in order.tolist()] if whole is None else whole[order]
    kept = {key: column for key, column in columns.items() if column is not None}
    confidence = totals.confidence
    rows = every.rows.astype(np.int64)
    return SliceTable(layout.by, ordered, rows, every.weight, kept, confidence)


def settled(layout: Layout, labels: Sequence[str], path: str) -> Layout:
    """`Layout.settled`, whose error is told with the source's name."""
    try:
        return layout.settled(labels)
    except InputError as error:
        raise InputError(f"{path}: {error.message}", hint=error.hint) from None


def _check_rows(totals: Totals, total: Sum, paths: Sequence[str], policy: Policy) -> None:
    name = paths[0] if len(paths) == 1 else f"{len(paths)} files"
    wanted = policy.expect_rows
    if wanted is not None and totals.rows() != wanted:
        raise InputError(f"{name}: {totals.rows():,} rows were scored, --expect-rows {wanted:,}")
    if total.read == 0:
        raise no_rows(name)
    if totals.rows() and totals.weight_units() == 0:
        raise InputError(f"{name}: the weights sum to 0")


def _classes(
    layout: Layout, totals: Totals, requested: Sequence[Requested]
) -> tuple[ClassReport, ...]:
    reports = []
    for k, name in enumerate(layout.classes):
        figures = {r.key: r.by_class(totals, k) for r in requested}
        reports.append(
            ClassReport(
                name,
                totals.support_rows(k),
                totals.support(k),
                {key: value for key, value in figures.items() if value is not None},
            )
        )
    return tuple(reports)
