"""The rows that changed most, in memory that does not grow with the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xentcli.jobs.comparing.comparison import ChangedRow

if TYPE_CHECKING:
    from xentcli.jobs.comparing.sides import Lines
    from xentcli.layout.layout import Layout
    from xentcli.numerics.arrays import Floats, Rows


class Changes:
    """The `most` rows of the largest changes; of equal ones those that come first.

    `name` is the column of ids, where there is one. Of `several` files the row's own is told.
    """

    def __init__(self, most: int, name: str | None, *, several: bool = False) -> None:
        self._several = several
        self._most = most
        self._name = name
        self._kept: list[tuple[float, int, ChangedRow]] = []
        self._bar = 0.0

    def add(
        self, lines: Lines, rows: Rows | None, base: Floats, candidate: Floats, change: Floats
    ) -> None:
        """Takes in rows of a block: those of the batch at the places `rows`, or all."""
        size = np.abs(change)
        found = np.flatnonzero(size > self._bar)
        if not self._most or not len(found):
            return
        if len(found) > self._most:
            order = np.argsort(-size[found], kind="stable")
            found = found[order[: self._most]]
        for at in found.tolist():
            row = at if rows is None else int(rows[at])
            told = ChangedRow(
                lines.number(row),
                None if self._name is None else lines.told(self._name, row),
                _label(lines, row),
                float(base[at]),
                float(candidate[at]),
                float(change[at]),
                lines.path if self._several else None,
            )
            self._kept.append((-float(size[at]), lines.before + lines.inside(row), told))
        self._kept.sort(key=lambda entry: entry[:2])
        del self._kept[self._most :]
        if len(self._kept) == self._most:
            self._bar = -self._kept[-1][0]

    def rows(self, layout: Layout, nats: float) -> tuple[ChangedRow, ...]:
        """The rows, the largest change first, in a unit of so many nats."""
        return tuple(
            row._replace(
                label=None if row.label is None else layout.classes[int(row.label)],
                base=row.base / nats,
                candidate=row.candidate / nats,
                difference=row.difference / nats,
            )
            for _, _, row in self._kept
        )


def _label(lines: Lines, row: int) -> str | None:
    """The number of the row's class, whose name is told by all rows."""
    truth = lines.truth
    return None if truth is None or truth.ndim == 2 else str(int(truth[row]))
