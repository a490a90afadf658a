"""The report of slices: which have lines of their own, their figures, and their tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from xentcli.errors import InputError
from xentcli.figures.against_rest import clustered_tests, tests
from xentcli.figures.slice_columns import Column, SliceTotals, column_of
from xentcli.figures.values import Over, Value
from xentcli.report.report import Finding, SliceReport, VersusRest
from xentcli.sums.slices.values import named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from xentcli.figures.against_rest import Tests
    from xentcli.figures.clusters import ByCluster
    from xentcli.figures.metric import Requested
    from xentcli.figures.slice_columns import Column
    from xentcli.figures.totals import Totals
    from xentcli.layout.layout import Layout
    from xentcli.numerics.arrays import Floats, Ints
    from xentcli.options import ReportOptions
    from xentcli.sums.slices.keys import Key
    from xentcli.sums.slices.slices import Slices


class BySlice(NamedTuple):
    """The table of slices, and what the reader should know of it."""

    table: SliceTable
    findings: tuple[Finding, ...]


def by_slice(
    slices: Slices,
    layout: Layout,
    totals: Totals,
    requested: Sequence[Requested],
    options: ReportOptions,
    read: Callable[..., Totals],
    clustered: ByCluster | None = None,
) -> BySlice:
    """The figures of every slice over all its rows, and its share of the loss.

    Slices of few rows, and those beyond the number wanted, are summed up as one of their own.
    """
    if clustered is not None:
        slices = clustered.slices
    slices, findings = with_lines(slices, totals, options)
    every = SliceTotals(slices, totals)
    columns = _columns(slices, every, requested, read, clustered)
    asked = any(r.key == "cross_entropy" for r in requested)
    if asked:
        columns = {**columns, "share": every.shares()}
    tested = None
    if asked and totals.over is Over.WEIGHT and len(every) > 1:
        if clustered is None:
            tested = tests(every)
        else:
            numbers = clustered.slices.places.numbers_of([key for key, _ in slices.readings()])
            tested = clustered_tests(every, numbers, clustered)
    rest = read(slices.rest)
    rows, weights = every.rows.astype(np.int64), every.weight
    if findings and rest.rows():
        figures = {r.key: r.overall(rest) for r in requested}
        if clustered is not None:
            figures = {
                key: None if v is None else Value(v.value, unit=v.unit)
                for key, v in figures.items()
            }
        if asked:
            figures["share"] = rest.share_of(totals)
        columns = {key: column.and_one(figures.get(key)) for key, column in columns.items()}
        rows, weights = np.append(rows, rest.rows()), np.append(weights, rest.weight())
    keys = named(every.keys, layout.by, dict(layout.bins))
    table = SliceTable(
        layout.by, keys, rows, weights, columns, totals.confidence, tested, totals.weight()
    )
    return BySlice(table, tuple(findings))


def with_lines(
    slices: Slices, totals: Totals, options: ReportOptions
) -> tuple[Slices, list[Finding]]:
    """The slices that have lines of their own, others being left out, and what is said of that.

    Raises InputError where the ones of most rows are wanted and memory kept some others.
    """
    slices = slices.settled()
    if slices.bar is not None and (options.min_rows or options.max_slices is not None):
        raise InputError(
            f"there are some {_guessed(slices):,} slices: which of them have most rows cannot be "
            f"told where memory is meant for {slices.most:,}",
            hint=f"allow as many with --max-slices {2 * _guessed(slices)}, or leave out "
            "--min-rows and --max-slices",
        )
    findings = _beyond_memory(slices)
    kept = _kept(slices, SliceTotals(slices, totals), options)
    if not kept.all():
        findings += _folded(kept, options)
        slices = slices.keeping(kept)
    return slices, findings


def _columns(
    slices: Slices,
    every: SliceTotals,
    requested: Sequence[Requested],
    read: Callable[..., Totals],
    clustered: ByCluster | None,
) -> dict[str, Column]:
    """The figures of all slices: at once where a metric can, else slice by slice."""
    if clustered is not None:
        numbers = clustered.slices.places.numbers_of([key for key, _ in slices.readings()])
        parts = [
            read(part, clusters=clustered.of(number))
            for number, (_, part) in zip(numbers.tolist(), slices.readings(), strict=True)
        ]
        found = {r.key: column_of([r.overall(part) for part in parts]) for r in requested}
        return {key: column for key, column in found.items() if column is not None}
    # What is kept of all rows besides sums says nothing of slices.
    requested = [r for r in requested if all(s.make is None for s in r.statistics())]
    columns = {r.key: r.column(every) for r in requested}
    left = [r for r in requested if r.overall_shown and columns[r.key] is None]
    if left:
        parts = [read(reading) for _, reading in slices.readings()]
        for r in left:
            columns[r.key] = column_of([r.overall(part) for part in parts])
    return {key: column for key, column in columns.items() if column is not None}


def _kept(slices: Slices, every: SliceTotals, options: ReportOptions) -> NDArray[np.bool_]:
    """Which slices have lines of their own: of enough rows, and of those the ones of most."""
    rows = every.rows
    wanted = rows >= options.min_rows
    most = options.max_slices
    if most is not None and np.count_nonzero(wanted) > most:
        ranked = np.flatnonzero(wanted)
        ranked = ranked[np.argsort(-rows[ranked], kind="stable")]
        wanted[ranked[most:]] = False
    kept = np.zeros(len(rows), dtype=np.bool_)
    kept[slices.places.ordered()[0]] = wanted
    return kept


def _folded(kept: NDArray[np.bool_], options: ReportOptions) -> list[Finding]:
    """What is said of slices without lines of their own."""
    count = int(np.count_nonzero(~kept))
    reasons = []
    if options.min_rows:
        reasons.append(f"fewer than {options.min_rows:,} rows")
    if options.max_slices is not None:
        reasons.append(f"not among the {options.max_slices:,} with most rows")
    text = "1 slice is" if count == 1 else f"{count:,} slices are"
    message = f"{text} summed up as '(other)': {', or '.join(reasons)}"
    return [Finding("slices-summed-up", "info", count, message)]


def _guessed(slices: Slices) -> int:
    """How many slices there are, some left out: to two digits, as a sample tells."""
    kept = len(slices.places)
    # The kept ones have the smallest of evenly spread hashes.
    every = max(kept + 1, round(kept / ((slices.bar or 1) / 2.0**64)))
    return max(kept + 1, round(every, 2 - len(str(every))))


def _beyond_memory(slices: Slices) -> list[Finding]:
    """What is said where there are more slices than memory is meant for."""
    if slices.bar is None:
        return []
    kept, every = len(slices.places), _guessed(slices)
    others = every - kept
    message = (
        f"there are some {every:,} slices: {kept:,} of them, chosen by a hash of their "
        "values, have lines of their own, and all others are summed up as '(other)'"
    )
    remedy = f"slice by a column of fewer values with --by, or allow --max-slices {2 * every}"
    return [Finding("too-many-slices", "warning", others, message, remedy)]


class SliceTable(Sequence[SliceReport]):
    """Slices in the order of their values, and after them the sum of those that have no line.

    `by` names the columns, `keys` holds their values (an array where one column holds whole
    numbers), `columns` a figure of every slice under each metric's key; `confidence` is that of
    their intervals. `tests` compare each with all other rows, whose whole weight is `weight`.
    """

    def __init__(
        self,
        by: tuple[str, ...],
        keys: Sequence[Key] | Ints,
        rows: Ints,
        weights: Floats,
        columns: Mapping[str, Column],
        confidence: float,
        tests: Tests | None = None,
        weight: float | None = None,
    ) -> None:
        self.by = by
        self.keys = keys
        self.rows = rows
        self.weights = weights
        self.columns = columns
        self.confidence = confidence
        self.tests = tests
        self.weight = weight

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def has_rest(self) -> bool:
        """Whether the last line is the sum of slices that have none of their own."""
        return len(self.rows) > len(self.keys)

    @overload
    def __getitem__(self, index: int) -> SliceReport: ...

    @overload
    def __getitem__(self, index: slice) -> list[SliceReport]: ...

    def __getitem__(self, index: int | slice) -> SliceReport | list[SliceReport]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        figures = {name: self._value(column, index) for name, column in self.columns.items()}
        index = range(len(self))[index]
        weight = float(self.weights[index])
        return SliceReport(
            dict(zip(self.by, self.values_of(index), strict=True)),
            int(self.rows[index]),
            weight,
            figures,
            weight / self.weight if self.weight else None,
            self._versus_rest(index),
        )

    def values_of(self, index: int) -> Sequence[str | None]:
        """The values of a slice, in the order of `by`."""
        if index == len(self.keys):
            return [None] * len(self.by)
        key = self.keys[index]
        return key if isinstance(key, tuple) else (str(key),)

    def _versus_rest(self, index: int) -> VersusRest | None:
        if self.tests is None or index == len(self.keys):
            return None
        difference, stderr, p, holm = (_known(part[index]) for part in self.tests)
        return VersusRest(difference, stderr, p, holm, self.columns["cross_entropy"].unit)

    def _value(self, column: Column, index: int) -> Value:
        value, stderr, lower, upper = (_known(part[index]) for part in column[:4])
        if lower is None or upper is None:
            return Value(value, stderr, unit=column.unit)
        return Value(value, stderr, (lower, upper), self.confidence, column.unit)

    def costliest(self, most: int) -> list[int]:
        """Where the `most` slices with the largest loss stand, or else first figure."""
        for key in ("cross_entropy", *self.columns):
            column = self.columns.get(key)
            if column is not None and not np.isnan(column.value).all():
                known = np.where(np.isnan(column.value), -np.inf, column.value)[: len(self.keys)]
                places: list[int] = np.argsort(-known, kind="stable")[:most].tolist()
                return places
        return list(range(min(most, len(self.keys))))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SliceTable) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # it holds arrays


def _known(number: Any) -> float | None:
    """A figure of a column; None for NaN."""
    return None if number != number else float(number)  # noqa: PLR0124 - NaN is no number
