"""Which rows of a candidate belong to which of the baseline: by their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from xentcli.errors import InputError
from xentcli.jobs.comparing.agreement import first_other, truths
from xentcli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from xentcli.jobs.comparing.measures import Values
    from xentcli.jobs.comparing.sides import Lines, Side
    from xentcli.numerics.arrays import Floats, Rows


_BY_ID = "rows are matched by their order; --id COL matches them by an id"


class Beside(NamedTuple):
    """A candidate's numbers beside those of some rows of a block of the baseline.

    `rows` are the places of these in the batch, None for all of them.
    """

    values: Values
    rows: Rows | None


class Unpaired(NamedTuple):
    """How many rows of either side had nothing to be compared with."""

    base: int
    candidate: int


class Partner(Protocol):
    """The rows of a candidate, as they are asked for by blocks of the baseline."""

    def beside(self, lines: Lines) -> Beside:
        """What stands beside a block. Blocks are asked for in their order, each once."""
        ...

    def finish(self, rows: int) -> Unpaired:
        """Told that the baseline had so many rows and no more; how many rows went unpaired.

        Raises InputError where rows are left that belong to none.
        """
        ...


class _Part(NamedTuple):
    """Rows of a candidate that have not been asked for: those at `places` of the data set."""

    places: NDArray[np.int64]
    values: Values
    truth: NDArray[Any] | None
    weights: Floats | None

    def cut(self, rows: Any) -> _Part:
        """Some of them."""
        return _Part(
            self.places[rows],
            tuple(line[rows] for line in self.values),
            None if self.truth is None else self.truth[..., rows],
            None if self.weights is None else self.weights[rows],
        )


class InOrder:
    """A candidate whose rows are those of the baseline, in the same order."""

    def __init__(self, base: Side, side: Side, blocks: Iterator[Lines]) -> None:
        self._base = base
        self._side = side
        self._own, self._truth = truths(base, side)
        self._blocks = blocks
        self._waiting: list[_Part] = []
        self._read = 0
        self._unpaired = Unpaired(0, 0)

    def beside(self, lines: Lines) -> Beside:
        """The candidate's numbers of the rows at the same places.

        Raises InputError for the first row that has another label, or weight, there.
        """
        while self._read < lines.end:
            block = next(self._blocks, None)
            if block is None:
                raise InputError(
                    f"{self._side.path}: has {self._read:,} rows, {self._base.path} has more",
                    hint=_BY_ID,
                )
            self._read = block.end
            truth = self._truth.of(block.truth)
            self._waiting.append(_Part(block.places, block.values, truth, block.weights))
        part = self._taken(lines.end)
        ours = lines.places
        rows: Rows | None = None
        if len(ours) != len(part.places) or not np.array_equal(ours, part.places):
            # Rows that were left out of one of the two are compared with nothing.
            both, rows, others = np.intersect1d(
                ours, part.places, assume_unique=True, return_indices=True
            )
            left = len(ours) - len(both), len(part.places) - len(both)
            self._unpaired = Unpaired(*(a + b for a, b in zip(self._unpaired, left, strict=True)))
            part = part.cut(others)
        self._check(lines, part, rows)
        return Beside(part.values, rows)

    def _taken(self, end: int) -> _Part:
        """The waiting rows at places before `end`."""
        taken: list[_Part] = []
        left: list[_Part] = []
        for part in self._waiting:
            n = int(np.searchsorted(part.places, end))
            if n:
                taken.append(part if n == len(part.places) else part.cut(slice(0, n)))
            if n < len(part.places):
                left.append(part.cut(slice(n, None)))
        # One empty part says what rows look like.
        if not taken:
            taken = [self._waiting[0].cut(slice(0, 0))]
        self._waiting = left or [taken[-1].cut(slice(0, 0))]
        return taken[0] if len(taken) == 1 else _joined(taken)

    def _check(self, lines: Lines, part: _Part, rows: Rows | None) -> None:
        """Raises InputError for the first row that is not the same."""
        truth, weights = self._own.of(lines.truth), lines.weights
        if rows is not None:
            truth = None if truth is None else truth[..., rows]
            weights = None if weights is None else weights[rows]
        row = first_other(truth, part.truth)
        if row is not None:
            there = row if rows is None else int(rows[row])
            raise InputError(
                f"{self._side.path}: row {int(part.places[row]) + 1:,} has "
                f"{self._spelled(part.truth, row)}, row {lines.number(there):,} of "
                f"{lines.path} {self._spelled(truth, row)}",
                hint=_BY_ID,
            )
        row = first_other(weights, part.weights, weights=True)
        if row is not None:
            raise InputError(
                f"{self._side.path}: row {int(part.places[row]) + 1:,} has another weight than "
                f"that row of {lines.path}",
                hint=_BY_ID,
            )

    def _spelled(self, truth: NDArray[Any] | None, row: int) -> str:
        """What the truth of a row is, as a person reads it."""
        if truth is None or truth.ndim == 2:
            return "other targets"
        classes = self._base.layout.classes
        return f"the label '{shown(classes[int(truth[row])])}'"

    def finish(self, rows: int) -> Unpaired:
        """Raises InputError where the candidate has more rows than the baseline."""
        if next(self._blocks, None) is not None or self._read > rows:
            raise InputError(
                f"{self._side.path}: has more rows than {self._base.path}, which has {rows:,}",
                hint=_BY_ID,
            )
        return self._unpaired


def _joined(parts: Sequence[_Part]) -> _Part:
    places, values, truth, weights = zip(*parts, strict=True)
    return _Part(
        np.concatenate(places),
        tuple(np.concatenate(lines) for lines in zip(*values, strict=True)),
        None if truth[0] is None else np.concatenate(truth, axis=-1),
        None if weights[0] is None else np.concatenate(weights),
    )
