"""From sources to a report: resolve the layout, run the loop, read figures off the sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from xentcli import __version__
from xentcli.engine import Run, usable_threads
from xentcli.errors import InputError
from xentcli.findings import example_locator, findings
from xentcli.metrics import request
from xentcli.options import (
    ColumnOptions,
    FileOptions,
    Policy,
    ReportOptions,
    RunOptions,
    SumToOne,
)
from xentcli.report import ClassReport, LayoutReport, Report, SourceReport
from xentcli.resolve import resolve
from xentcli.schema import Table
from xentcli.totals import Totals

if TYPE_CHECKING:
    from xentcli.engine import Sum, Watcher
    from xentcli.layout import Layout
    from xentcli.metric import Requested
    from xentcli.readers.source import Source


@dataclass(frozen=True)
class Options:
    """All that a scoring run can be asked for."""

    file: FileOptions = field(default_factory=FileOptions)
    columns: ColumnOptions = field(default_factory=ColumnOptions)
    policy: Policy = field(default_factory=Policy)
    report: ReportOptions = field(default_factory=ReportOptions)
    run: RunOptions = field(default_factory=RunOptions)


def open_sources(arguments: Sequence[str], options: FileOptions) -> Iterator[Source]:
    """Opens the parts of a data set one by one, as they are asked for."""
    from xentcli.readers import open_source
    from xentcli.sources import expand

    for part in expand(arguments):
        yield open_source(part.path, options, part.partitions)


def table_of(source: Source) -> Table:
    """What a source shows before its rows are read."""
    return Table(source.columns, source.sample())


def score(
    sources: Iterable[Source], options: Options, watcher: Watcher | None = None
) -> Report:
    """Scores all rows of the sources and reports.

    Raises InputError for rows that cannot be scored, and UsageError for options that do
    not fit the data.
    """
    requested = request(options.report.metrics)
    remaining = iter(sources)
    first = next(remaining, None)
    if first is None:
        raise InputError("there is nothing to read")
    layout = resolve(table_of(first), options.columns, options.policy.ignore_label)
    run = Run(
        chain([first], remaining),
        layout,
        options.policy,
        [s for r in requested for s in r.statistics()],
        threads=options.run.threads or usable_threads(),
        rows=options.run.block_rows,
    )
    try:
        total = run.sum(watcher)
    finally:
        run.supply.close()
    return finalise(run, total, requested, options)


def finalise(run: Run, total: Sum, requested: Sequence[Requested], options: Options) -> Report:
    """The report of a sum: pure, but for the names of rows, which the run remembers."""
    layout = run.layout.settled(sorted(total.labels))
    totals = Totals(
        total.state,
        weighted=layout.weight is not None,
        base=options.report.base,
        confidence=options.report.confidence,
    )
    sources = run.supply.sources
    _check_rows(totals, total, sources, options.policy)
    paths = [source.path for source in sources]
    locate = example_locator(lambda case: run.supply.row_number(case.place), paths)
    overall = {r.key: r.overall(totals) for r in requested}
    sizes = [source.size for source in sources]
    return Report(
        version=__version__,
        signature=signature(layout, totals.rows(), options),
        source=SourceReport(
            tuple(paths),
            sources[0].format,
            totals.rows(),
            total.read,
            None if None in sizes else sum(s for s in sizes if s is not None),
        ),
        layout=LayoutReport(
            layout.task.value,
            (layout.target,),
            layout.scores,
            layout.scale.value,
            layout.classes,
            layout.weight,
        ),
        metrics={key: value for key, value in overall.items() if value is not None},
        classes=_classes(layout, totals, requested),
        findings=findings(total.tally, totals, layout, options.policy, locate),
    )


def _check_rows(totals: Totals, total: Sum, sources: Sequence[Source], policy: Policy) -> None:
    name = sources[0].path if len(sources) == 1 else f"{len(sources)} files"
    wanted = policy.expect_rows
    if wanted is not None and totals.rows() != wanted:
        raise InputError(f"{name}: {totals.rows():,} rows were scored, --expect-rows {wanted:,}")
    if total.read == 0:
        raise InputError(f"{name}: no rows", hint="there is a header, or a schema, and nothing else")
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
                totals.rows(k),
                totals.weight(k),
                {key: value for key, value in figures.items() if value is not None},
            )
        )
    return tuple(reports)


def signature(layout: Layout, rows: int, options: Options) -> str:
    """Everything that can change the number, in one line: equal lines, comparable numbers."""
    policy = options.policy
    fields = {
        "task": layout.task.value,
        "k": layout.k,
        "rows": rows,
        "scale": layout.scale.value,
        "base": options.report.base.value,
        "clip": f"{policy.clip:g}",
        "sum": policy.sum_to_one.value,
        "weight": layout.weight or "none",
        "missing": policy.missing.value,
        "unknown": policy.unknown_label.value,
        "ignore": ",".join(sorted(policy.ignore_label)) or "none",
    }
    if policy.sum_to_one in (SumToOne.WARN, SumToOne.ERROR):
        fields["tolerance"] = f"{policy.tolerance:g}"
    fields["v"] = __version__
    return "|".join(["xent", *(f"{k}:{_plain(str(v))}" for k, v in fields.items())])


def _plain(text: str) -> str:
    """A value of the signature with the characters that separate its fields escaped."""
    return text.replace("\\", "\\\\").replace("|", "\\|")
