"""From the sums of pairs to a candidate's report: a pure function."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from xentcli.errors import InputError
from xentcli.figures.totals import Totals
from xentcli.jobs.comparing.comparison import Candidate, Difference, Origin, Pairing, Part
from xentcli.jobs.comparing.figures import (
    both_endless,
    contribution,
    corrected,
    difference,
    outcomes,
)
from xentcli.jobs.comparing.measures import main_of
from xentcli.report.findings import few_clusters
from xentcli.report.from_sums import clusters_of, of_clusters
from xentcli.report.report import Finding
from xentcli.report.slices import with_lines
from xentcli.sums.slices.values import named
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xentcli.figures.clusters import ByCluster
    from xentcli.jobs.comparing.measures import Measure
    from xentcli.jobs.comparing.pairs import PairSums
    from xentcli.jobs.comparing.partners import Unpaired
    from xentcli.layout.layout import Layout
    from xentcli.layout.rules import Rule
    from xentcli.options import ReportOptions
    from xentcli.report.report import Report


class Sides(NamedTuple):
    """What is known of a baseline and a candidate besides their pairs: a report of each."""

    base_name: str
    name: str
    pairing: Pairing
    base: Report
    candidate: Report
    noticed: tuple[Finding, ...] = ()


def reported(
    sides: Sides,
    sums: PairSums,
    layout: Layout,
    measures: Sequence[Measure],
    options: ReportOptions,
    rule: Rule | None,
    lines: int,
) -> Candidate:
    """A candidate's differences over all rows, by class and by slice.

    `layout` is the baseline's, with its classes named and with the columns that slice rows, of
    which so many have `lines` of their own where no other number is asked for.
    """
    name = sides.base.source.paths[0]
    clustered = clusters_of(sums.slices, layout, name, overlapping=False)
    classes = layout.classes if sums.k > 1 else ("",)
    read = partial(
        Totals,
        classes=classes,
        weighted=layout.weight is not None,
        base=options.base,
        confidence=options.confidence,
        rule=rule,
    )
    totals = read(sums.state, clusters=None if clustered is None else clustered.whole)
    limited = _limited(options, sums, lines)
    slices, noticed = _slices(sums, layout, totals, measures, limited, read, clustered)
    if not totals.rows():
        raise InputError(f"{name}: no row is left that {sides.name} has, too")
    main = measures[main_of(measures)]
    metrics = {m.key: difference(totals, m, loss=main.loss) for m in measures}
    return Candidate(
        name=sides.name,
        source=sides.candidate.source,
        signature=sides.candidate.signature,
        pairing=sides.pairing,
        rows=totals.rows(),
        weight=totals.weight(),
        metrics=metrics,
        outcomes=outcomes(totals),
        classes=_classes(layout, totals, measures) if sums.k > 1 else (),
        slices=slices,
        origin=None if any(sums.unpaired) else _origin(sides, metrics),
        changed=sums.changes.rows(layout, totals.base.nats if main.loss else 1.0),
        uncertainty=None if clustered is None else of_clusters(clustered),
        findings=(
            *sides.candidate.findings,
            *sides.noticed,
            *_left_out(sums.unpaired, sides, totals.rows()),
            *_undefined(totals, main),
            *few_clusters(totals),
            *noticed,
        ),
    )


def _limited(options: ReportOptions, sums: PairSums, lines: int) -> ReportOptions:
    """The options, with a limit to the slices where there are very many."""
    crowded = sums.slices.bar is None and len(sums.slices.places) > lines
    return options._replace(max_slices=lines) if options.max_slices is None and crowded else options


def _classes(layout: Layout, totals: Totals, measures: Sequence[Measure]) -> tuple[Part, ...]:
    main = measures[main_of(measures)]
    found = [
        Part(
            {"class": name},
            totals.rows(k),
            totals.weight(k),
            {m.key: difference(totals, m, k, loss=main.loss) for m in measures},
            outcomes(totals, k),
            contribution(totals, totals, main, k),
        )
        for k, name in enumerate(layout.classes)
    ]
    return _corrected(found)


def _corrected(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts with p values that allow for their number."""
    every = corrected([part.metrics for part in parts])
    return tuple(part._replace(metrics=own) for part, own in zip(parts, every, strict=True))


def _slices(
    sums: PairSums,
    layout: Layout,
    totals: Totals,
    measures: Sequence[Measure],
    options: ReportOptions,
    read: partial[Totals],
    clustered: ByCluster | None,
) -> tuple[tuple[Part, ...], tuple[Finding, ...]]:
    """The slices with lines of their own, and the others in one."""
    if not layout.by:
        return (), ()
    slices = sums.slices if clustered is None else clustered.slices
    slices, noticed = with_lines(slices, totals, options)
    keys = [key for key, _ in slices.readings()]
    names = named(keys, layout.by, dict(layout.bins))
    numbers = None if clustered is None else clustered.slices.places.numbers_of(keys)
    parts = []
    for place, (key, (_, reading)) in enumerate(zip(names, slices.readings(), strict=True)):
        own = None if clustered is None or numbers is None else clustered.of(int(numbers[place]))
        part = read(reading, clusters=own)
        values = key if isinstance(key, tuple) else (str(key),)
        parts.append(_slice(dict(zip(layout.by, values, strict=True)), part, totals, measures))
    found = _corrected(parts)
    rest = read(slices.rest)
    if rest.rows():
        found += (_slice(dict.fromkeys(layout.by), rest, totals, measures),)
    return found, tuple(noticed)


def _slice(
    by: dict[str, str | None], part: Totals, whole: Totals, measures: Sequence[Measure]
) -> Part:
    main = measures[main_of(measures)]
    return Part(
        by,
        part.rows(),
        part.weight(),
        {m.key: difference(part, m, loss=main.loss) for m in measures},
        outcomes(part),
        contribution(part, whole, main, None),
    )


def _origin(sides: Sides, metrics: dict[str, Difference]) -> Origin | None:
    """The difference as that of two calibration losses, and the rest."""
    change = metrics.get("cross_entropy")
    parts = [side.metrics.get("calibration_loss") for side in (sides.base, sides.candidate)]
    if change is None or any(part is None or part.value is None for part in parts):
        return None
    base, candidate = (0.0 if part is None else part.value or 0.0 for part in parts)
    whole = change.difference.value
    if whole is None or math.isinf(whole):
        return None
    calibration = candidate - base
    return Origin(calibration, whole - calibration, change.difference.unit or "nats")


def _left_out(unpaired: Unpaired, sides: Sides, rows: int) -> list[Finding]:
    """What is said of rows that had nothing to be compared with."""
    count = sum(unpaired)
    if not count:
        return []
    left = " and ".join(
        f"{'1 row' if n == 1 else f'{n:,} rows'} of {shown(name)}"
        for n, name in zip(unpaired, (sides.base_name, sides.name), strict=True)
        if n
    )
    have = "has" if count == 1 else "have"
    message = f"{left} {have} no row on the other side, and went uncompared: {rows:,} were compared"
    return [Finding("rows-unpaired", "warning", count, message)]


def _undefined(totals: Totals, measure: Measure) -> list[Finding]:
    """What is said where both losses are infinite."""
    both = both_endless(totals, measure)
    if not both:
        return []
    cost = "1 row costs" if both == 1 else f"{both:,} rows cost"
    message = f"{cost} infinity on both sides, so that there is no difference to tell"
    remedy = "bound the probabilities with --clip 1e-15"
    return [Finding("difference-undefined", "warning", both, message, remedy)]
