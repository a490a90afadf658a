"""Rows beside those of a candidate, and the sums that differences are made of."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.jobs.comparing.measures import main_of
from xentcli.rows.class_rows import ClassBatch
from xentcli.rows.tally import Place
from xentcli.sums.statistic import ROWS, Statistic, moments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from xentcli.jobs.comparing.measures import Line, Measure, Values
    from xentcli.numerics.arrays import Floats, Mask
    from xentcli.numerics.exact import Sums
    from xentcli.rows.batch import View
    from xentcli.sums.grouping import Grouping


# The names of sums: of the baseline's number, of the candidate's, and of their difference.
BASE, CANDIDATE, DIFFERENCE = "base:", "candidate:", "difference:"
# How many rows have an infinite number on both sides.
BOTH = "both:"
OUTCOMES = ("wins", "ties", "losses")


class PairBatch(ClassBatch):
    """Rows of one class each, with a line of numbers for each measure, of both sides."""

    def __init__(
        self,
        k: int,
        truth: NDArray[Any],
        weights: Floats | None,
        base: Values,
        candidate: Values,
    ) -> None:
        nothing: Any = None
        super().__init__(k, truth, nothing, weights, place=Place(0, 0, 0))
        self.base = base
        self.candidate = candidate
        pairs = [_difference(*pair) for pair in zip(base, candidate, strict=True)]
        self.differences = [difference for difference, _ in pairs]
        # The rows that are infinite on both sides; None where there are none.
        self.both = [both for _, both in pairs]

    def sorted(self, line: Line) -> Any:
        """Numbers of the rows in the order of the classes."""
        return line.take(self.order)


def _difference(base: Line, candidate: Line) -> tuple[Line, Mask | None]:
    """The difference of each row, and where there is none to be told; that is 0 then."""
    if base.dtype == np.bool_:
        return candidate.view(np.int8) - base.view(np.int8), None
    with np.errstate(invalid="ignore"):
        difference: Floats = candidate - base
        known = not np.isnan(np.add.reduce(difference))
    if known:
        return difference, None
    both: Mask = np.isinf(base) & np.isinf(candidate)
    difference[both] = 0.0
    return difference, both if both.any() else None


def _sums_of(name: str, line: Callable[[PairBatch], Line], *, share: bool) -> Statistic:
    """The moments of a line of numbers.

    Where rows have no weights, those of truth values, and of their differences, are counts.
    """

    def per_row(batch: PairBatch, view: View) -> Floats:
        del view
        numbers: Floats = batch.sorted(line(batch)).astype(np.float64, copy=False)
        return numbers

    plain = moments(name, per_row, signed=True)
    if not share:
        return plain

    def add(batch: PairBatch, grouping: Grouping, total: Sums, squares: Sums, cross: Sums) -> None:
        if batch.row_weights is not None:
            plain.add(batch, grouping, total, squares, cross)
            return
        numbers = batch.sorted(line(batch))
        for slot in grouping.slots:
            own, groups = slot.of(numbers), slot.groups
            up = groups.count(own > 0)
            down = groups.count(own < 0) if own.dtype == np.int8 else np.zeros_like(up)
            total.add_counts(up - down, groups.ids)
            squares.add_counts(up + down, groups.ids)

    return plain._replace(add=add)


def _both(key: str, number: int) -> Statistic:
    def add(batch: PairBatch, grouping: Grouping, both: Sums) -> None:
        marks = batch.both[number]
        if marks is None:
            return
        marked = batch.sorted(marks)
        for slot in grouping.slots:
            hit = slot.of(marked)
            if slot.weights is not None:
                hit = hit & (slot.weights > 0)
            both.add_counts(slot.groups.count(hit), slot.groups.ids)

    return Statistic((BOTH + key,), add)


def _outcomes(number: int, *, higher: bool) -> Statistic:
    def add(batch: PairBatch, grouping: Grouping, wins: Sums, ties: Sums, losses: Sums) -> None:
        change = batch.sorted(batch.differences[number])
        if higher:
            change = -change
        for slot in grouping.slots:
            own, groups = slot.of(change), slot.groups
            won, lost = groups.count(own < 0), groups.count(own > 0)
            wins.add_counts(won, groups.ids)
            losses.add_counts(lost, groups.ids)
            ties.add_counts(groups.counts - won - lost, groups.ids)

    return Statistic(OUTCOMES, add)


@cache
def _statistics(
    shares: tuple[tuple[str, bool], ...], first: int, *, higher: bool
) -> tuple[Statistic, ...]:
    found = [ROWS, _outcomes(first, higher=higher)]
    for number, (key, share) in enumerate(shares):
        lines: dict[str, Callable[[PairBatch], Line]] = {
            BASE: lambda batch, i=number: batch.base[i],  # type: ignore[misc]
            CANDIDATE: lambda batch, i=number: batch.candidate[i],  # type: ignore[misc]
            DIFFERENCE: lambda batch, i=number: batch.differences[i],  # type: ignore[misc]
        }
        found += [_sums_of(side + key, line, share=share) for side, line in lines.items()]
        found.append(_both(key, number))
    return tuple(found)


def statistics(measures: Sequence[Measure]) -> tuple[Statistic, ...]:
    """The sums that differences of these measures are made of; outcomes are of the main one."""
    shares = tuple((measure.key, measure.share) for measure in measures)
    first = main_of(measures)
    return _statistics(shares, first, higher=measures[first].better == "higher")
