"""The report of slices: a sequence of them, kept in columns so that a million cost little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from xentcli.report.report import SliceReport, Value, VersusRest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xentcli.figures.against_rest import Tests
    from xentcli.figures.slice_columns import Column
    from xentcli.sums.slices.keys import Key

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


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
