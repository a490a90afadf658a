"""From a sum to a report: a pure function."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from xentcli import __version__
from xentcli.adopting import rule_of
from xentcli.errors import InputError
from xentcli.findings import example_locator, findings
from xentcli.report import ClassReport, LayoutReport, Report, SourceReport
from xentcli.signature import signature
from xentcli.totals import Totals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xentcli.calibration_report import CalibrationReport
    from xentcli.engine import Outcome, Sum
    from xentcli.layout import Layout
    from xentcli.metric import Requested
    from xentcli.options import Policy, ReportOptions
    from xentcli.report import SliceReport
    from xentcli.slices import Slices
    from xentcli.totals import Readable


def no_rows(name: str) -> InputError:
    """The error for data without a single row."""
    return InputError(f"{name}: no rows", hint="there is a header, or a schema, and no more")


def finalise(
    layout: Layout,
    outcome: Outcome,
    requested: Sequence[Requested],
    policy: Policy,
    report: ReportOptions,
) -> Report:
    """The report of a sum: a pure function."""
    total, facts = outcome
    layout = settled(layout, sorted(total.labels), facts[0].path)
    read = functools.partial(
        Totals,
        classes=layout.classes,
        weighted=layout.weight is not None,
        kind=layout.kind,
        positive=layout.positive,
        base=report.base,
        confidence=report.confidence,
        rule=rule_of(policy, layout),
    )
    totals = read(total.state)
    paths = [fact.path for fact in facts]
    _check_rows(totals, total, paths, policy)
    locate = example_locator(lambda case: total.row_number(case.place), paths)
    overall = {r.key: r.overall(totals) for r in requested}
    sizes = [fact.size for fact in facts]
    return Report(
        version=__version__,
        signature=signature(layout, totals.rows(), policy, report),
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
        findings=findings(total.tally, totals, layout, policy, locate),
        slices=_slices(total.slices, layout, totals, requested, read),
        calibration=_calibration(totals, requested) if report.calibration else None,
    )


def _calibration(totals: Totals, requested: Sequence[Requested]) -> CalibrationReport:
    from xentcli.calibration import calibration_of

    return calibration_of(totals, requested)


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
    kept = {key: column for key, column in columns.items() if column is not None}
    confidence = totals.confidence
    rows = every.rows.astype(np.int64)
    return SliceTable(layout.by, every.keys, rows, every.weight, kept, confidence)


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
