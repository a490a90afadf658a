"""Which rows of a candidate belong to which of the baseline: by an id."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from xentcli.comparing.agreement import Truth, classes_of, first_other
from xentcli.comparing.grown import Grown
from xentcli.comparing.partners import Beside
from xentcli.errors import InputError
from xentcli.finalising import no_rows
from xentcli.text import shown
from xentcli.text_hashes import of_texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from xentcli.comparing.sides import Lines, Side

    Floats = NDArray[np.float64]
    Hashes = NDArray[np.uint64]
    Rows = NDArray[np.intp]


class ById:
    """A candidate whose rows are kept, to be found by the hash of their id.

    A row takes 14 bytes, 8 for each measure (1 where it is but yes or no) and 8 where rows have
    weights; some 16 more while they are brought into order. Hashes have 64 bits: of ten million
    ids, two share one in one of some 400,000 cases, and are then told to be the same, which is
    an error.
    """

    def __init__(
        self,
        base: Side,
        side: Side,
        blocks: Iterable[Lines],
        name: str,
        *,
        allow_missing: bool,
    ) -> None:
        self._base = base
        self._side = side
        self._name = name
        self._allow_missing = allow_missing
        self._own = Truth(classes_of(base, base))
        self._absent = 0
        self._first_absent: str | None = None
        self._twice = 0
        self._first_twice: str | None = None
        self._read(blocks)

    def _read(self, blocks: Iterable[Lines]) -> None:
        """Takes in all rows of the candidate."""
        truth = Truth(classes_of(self._base, self._side))
        columns: dict[str | int, Grown] = defaultdict(Grown)
        for lines in blocks:
            columns["hashes"].append(self._hashes(lines))
            for number, line in enumerate(lines.values):
                columns[number].append(line)
            for name, column in (("truth", truth.of(lines.truth)), ("weights", lines.weights)):
                if column is not None:
                    columns[name].append(column)
        if not columns:
            raise no_rows(self._side.path)
        every = columns.pop("hashes").array()
        self._order = _narrow(every.argsort(kind="stable"))
        self._sorted = every.take(self._order)
        del every
        self._refuse_twins()
        held = {name: column.array() for name, column in columns.items()}
        self._truth, self._weights = held.pop("truth", None), held.pop("weights", None)
        self._values = [held[number] for number in range(len(held))]
        self._seen = np.zeros(len(self._order), dtype=np.bool_)

    def _hashes(self, lines: Lines) -> Hashes:
        if lines.hashes is None:
            raise ValueError("these rows have no ids")
        found = lines.hashes
        empty = found == _NO_ID
        if empty.any():
            row = lines.number(int(empty.argmax()))
            raise InputError(f"{lines.path}: row {row:,}, column '{shown(self._name)}': has no id")
        return found

    def _refuse_twins(self) -> None:
        """Raises InputError where two rows of the candidate have one id."""
        ordered = self._sorted
        twins = np.flatnonzero(ordered[1:] == ordered[:-1])
        if not len(twins):
            return
        # In the order of the data, rows are counted from 1, those left out not among them.
        first = twins[np.argmin(self._order[twins + 1])]
        a, b = (int(self._order[first + i]) + 1 for i in (0, 1))
        raise InputError(
            f"{self._side.path}: {len(twins):,} rows have an id that an earlier row has; the first "
            f"is scored row {b:,}, which has that of row {a:,}",
            hint=f"is '{shown(self._name)}' the column that names rows? --id takes another",
        )

    def beside(self, lines: Lines) -> Beside:
        """The candidate's numbers of the rows with the same ids.

        Raises InputError for the first of them that has another label, or weight.
        """
        hashes = self._hashes(lines)
        places, there = self._found(hashes)
        self._note_twins(lines, places, there)
        rows: Rows | None = None
        if not there.all():
            self._note_absent(lines, there)
            rows = np.flatnonzero(there)
            places = places[rows]
        own = self._order.take(places)
        self._seen[own] = True
        self._check(lines, rows, own)
        return Beside(tuple(line.take(own) for line in self._values), rows)

    def _found(self, hashes: Hashes) -> tuple[Rows, NDArray[np.bool_]]:
        """Where the hashes stand among the sorted ones, and which are there at all."""
        if not len(self._sorted):
            return np.zeros(len(hashes), dtype=np.intp), np.zeros(len(hashes), dtype=np.bool_)
        # Neighbours are found in one part of the memory.
        order = hashes.argsort()
        places = np.empty(len(hashes), dtype=np.intp)
        places[order] = np.searchsorted(self._sorted, hashes[order])
        np.minimum(places, len(self._sorted) - 1, out=places)
        return places, self._sorted.take(places) == hashes

    def _note_twins(self, lines: Lines, places: Rows, there: NDArray[np.bool_]) -> None:
        known = places[there]
        _, first = np.unique(known, return_index=True)
        again = np.ones(len(known), dtype=np.bool_)
        again[first] = self._seen[self._order.take(known[first])]
        if again.any():
            self._twice += int(np.count_nonzero(again))
            row = int(np.flatnonzero(there)[again.argmax()])
            self._first_twice = self._first_twice or f"{lines.path}: row {lines.number(row):,}"

    def _note_absent(self, lines: Lines, there: NDArray[np.bool_]) -> None:
        self._absent += int(np.count_nonzero(~there))
        row = lines.number(int((~there).argmax()))
        self._first_absent = self._first_absent or f"row {row:,} of {lines.path}"

    def _check(self, lines: Lines, rows: Rows | None, own: Rows) -> None:
        """Raises InputError for the first row that is not the same."""
        for ours, theirs, what in (
            (self._own.of(lines.truth), self._truth, "label"),
            (lines.weights, self._weights, "weight"),
        ):
            if ours is None or theirs is None:
                continue
            ours = ours if rows is None else ours[..., rows]  # noqa: PLW2901
            row = first_other(ours, theirs[..., own])
            if row is not None:
                there = lines.number(row if rows is None else int(rows[row]))
                raise InputError(
                    f"{self._side.path}: the row with the id of row {there:,} of {lines.path} "
                    f"has another {what}",
                    hint="two data sets are compared row by row where their rows are the same",
                )

    def finish(self, rows: int) -> int:
        """Raises InputError for ids that occur twice, or on one side only."""
        del rows
        if self._twice:
            raise InputError(
                f"{self._first_twice} has an id that an earlier row has, and so have "
                f"{self._twice - 1:,} more",
                hint=f"is '{shown(self._name)}' the column that names rows? --id takes another",
            )
        more = len(self._seen) - int(np.count_nonzero(self._seen))
        if (more or self._absent) and not self._allow_missing:
            missing = f", the first that of {self._first_absent}" if self._absent else ""
            raise InputError(
                f"{self._side.path}: lacks {self._absent:,} ids of {self._base.path}{missing}, "
                f"and has {more:,} of its own",
                hint="--allow-missing compares the rows that both have",
            )
        if not self._seen.any():
            raise InputError(f"{self._side.path}: has no id that {self._base.path} has")
        return more + self._absent


_NO_ID = of_texts([""])[0]


def _narrow(order: NDArray[np.intp]) -> Any:
    """Numbers of rows in four bytes, where that is enough."""
    return order.astype(np.uint32) if len(order) < 1 << 32 else order
