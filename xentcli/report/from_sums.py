"""From a sum to a report: a pure function."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from xentcli.errors import InputError
from xentcli.figures.totals import Totals
from xentcli.layout.like import rule_of
from xentcli.report.findings import example_locator, findings
from xentcli.report.report import ClassReport, LayoutReport, Report, SourceReport, Uncertainty
from xentcli.report.signature import signature
from xentcli.text import shown
from xentcli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.figures.clusters import ByCluster
    from xentcli.figures.metric import Requested
    from xentcli.layout.layout import Layout
    from xentcli.options import Policy, ReportOptions
    from xentcli.report.calibration import CalibrationReport
    from xentcli.report.report import Finding, FoundSlices, SliceReport
    from xentcli.sums.run import Facts, Outcome, Sum
    from xentcli.sums.slices.slices import Slices


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
    paths = [fact.path for fact in facts]
    overlapping = layout.size > layout.k
    clustered = clusters_of(total.slices, layout, _name_of(paths), overlapping=overlapping)
    totals = read(total.state, clusters=None if clustered is None else clustered.whole)
    _check_rows(totals, total, paths, policy)
    locate = example_locator(lambda case: total.row_number(case.place), paths)
    overall = {r.key: r.overall(totals) for r in requested}
    slices: Sequence[SliceReport] = ()
    noticed: tuple[Finding, ...] = ()
    if layout.by:
        from xentcli.report.slices import by_slice

        slices, noticed = by_slice(total.slices, layout, totals, requested, report, read, clustered)
    found = Report(
        version=__version__,
        signature=signature(layout, totals.rows(), policy, report),
        source=_source(facts, totals.rows(), total.read),
        layout=_layout(layout),
        metrics={key: value for key, value in overall.items() if value is not None},
        classes=_classes(layout, totals, requested),
        findings=(*findings(total.tally, totals, layout, policy, locate), *noticed),
        slices=slices,
        found_slices=_found(layout, totals, report),
        calibration=_calibration(totals, requested) if report.calibration else None,
        uncertainty=None if clustered is None else of_clusters(clustered),
    )
    if report.bootstrap is None:
        return found
    from xentcli.report.bootstrap import with_errors

    return with_errors(found, total, report.bootstrap, layout, requested, read)


def of_clusters(clustered: ByCluster) -> Uncertainty:
    """What is said of errors that are from sums by cluster."""
    return Uncertainty("clustered", clusters=len(clustered.whole))


def _calibration(totals: Totals, requested: Sequence[Requested]) -> CalibrationReport:
    from xentcli.report.calibration import calibration_of

    return calibration_of(totals, requested)


def _source(facts: Sequence[Facts], rows: int, read: int) -> SourceReport:
    """Where the rows came from: the format is that of the first part."""
    paths = tuple(fact.path for fact in facts)
    sizes = [fact.size for fact in facts]
    size = None if None in sizes else sum(s for s in sizes if s is not None)
    return SourceReport(paths, facts[0].format, rows, read, size)


def _layout(layout: Layout) -> LayoutReport:
    """What of the layout a report tells."""
    return LayoutReport(
        layout.task.value,
        layout.targets,
        layout.scores,
        layout.scale.value,
        layout.classes,
        layout.weight,
        layout.target_scale.value,
        layout.units,
    )


def clusters_of(
    slices: Slices, layout: Layout, name: str, *, overlapping: bool
) -> ByCluster | None:
    """The sums by cluster. Raises InputError where there are too many, or rows without one."""
    if layout.cluster is None:
        return None
    from xentcli.figures.clusters import ByCluster

    column = f"column '{shown(layout.cluster)}'"
    if slices.bar is not None or len(slices.places) > slices.most:
        raise InputError(
            f"{name}: {column} has more than {slices.most:,} clusters",
            hint="allow more with --max-slices, or ask for fewer figures with -m",
        )
    if any(key[-1] == "" for key in slices.places.keys()):  # noqa: SIM118 - no dict
        raise InputError(
            f"{name}: {column} is empty in some rows, which then belong to no cluster",
            hint="fill in what they belong to, or a name of its own for each; or remove those rows",
        )
    return ByCluster(slices, sliced=bool(layout.by), overlapping=overlapping)


def _name_of(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{len(paths)} files"


def _found(layout: Layout, totals: Totals, report: ReportOptions) -> FoundSlices | None:
    """What was found where slices were searched for."""
    if not report.find_slices:
        return None
    from xentcli.report.found_slices import MIN_ROWS, find

    return find(layout, totals, min_rows=report.min_rows or MIN_ROWS)


def settled(layout: Layout, labels: Sequence[str], path: str) -> Layout:
    """`Layout.settled`, whose error is told with the source's name."""
    try:
        return layout.settled(labels)
    except InputError as error:
        raise InputError(f"{path}: {error.message}", hint=error.hint) from None


def _check_rows(totals: Totals, total: Sum, paths: Sequence[str], policy: Policy) -> None:
    name = _name_of(paths)
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
